//! The closed word lists of a pack: every code a column may hold.

use serde::{Deserialize, Serialize};

/// Declares an enum whose variants have one stable code each, with parsing and listing.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $code)] $variant,)+ }

        impl $name {
            /// Every code, in the order of declaration.
            pub const CODES: &'static [&'static str] = &[$($code),+];

            /// The stable code used in files, rows and the API.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The word for a code; `None` when there is no such word.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words! {
    /// Level of a jurisdiction in the tree.
    Level {
        /// The nation.
        Nation = "nation",
        /// A province, autonomous region or municipality.
        Province = "province",
        /// A prefecture-level city.
        City = "city",
        /// A district or county.
        District = "district",
    }
}

words! {
    /// Sort of an area that is no jurisdiction.
    AreaKind {
        /// The corridor itself.
        Corridor = "corridor",
        /// A region such as the delta.
        Region = "region",
        /// Any other set of jurisdictions.
        Group = "group",
    }
}

words! {
    /// How a date is known.
    DateBasis {
        /// Printed on the source.
        Printed = "printed",
        /// Said in the text of the source.
        Text = "text",
        /// Concluded from the text.
        Inferred = "inferred",
        /// Version date of a data set.
        Dataset = "dataset",
    }
}

words! {
    /// Kind of an organisation, in the glossary's words.
    OrganisationKind {
        /// 企业.
        Enterprise = "enterprise",
        /// 高校.
        University = "university",
        /// 科研院所.
        Institute = "institute",
        /// 医院.
        Hospital = "hospital",
        /// 平台.
        Platform = "platform",
        /// 银行.
        Bank = "bank",
        /// 办公室、联席机构.
        Office = "office",
        /// 政府部门.
        Government = "government",
        /// 园区、基地.
        Park = "park",
        /// 基金.
        Fund = "fund",
        /// 大科学装置、设施.
        Facility = "facility",
        /// 联盟、产业集群组织.
        Alliance = "alliance",
        /// 计划、机制.
        Programme = "programme",
    }
}

words! {
    /// Sort of an organisation's name.
    NameKind {
        /// Registered or statutory name.
        Official = "official",
        /// Short name in use.
        Short = "short",
        /// Another name in use.
        Alias = "alias",
        /// Exactly as the source prints it although probably wrong.
        SourceForm = "source_form",
        /// Earlier name.
        Former = "former",
        /// Trade or stock name.
        Trade = "trade",
        /// Chinese name in Latin letters.
        Romanised = "romanised",
        /// Plain translation.
        Translation = "translation",
    }
}

words! {
    /// Kind of a figure.
    FactKind {
        /// Number of things.
        Count = "count",
        /// Money or another quantity.
        Amount = "amount",
        /// Share, growth or intensity.
        Ratio = "ratio",
        /// Place in an order.
        Rank = "rank",
        /// Date or year.
        Date = "date",
        /// Length of time.
        Duration = "duration",
        /// Technical property or structure.
        Spec = "spec",
    }
}

words! {
    /// How a source presents a cluster.
    ClusterKind {
        /// Named in a list of strategic clusters.
        Strategic = "strategic",
        /// An industry chain or cluster named in the text.
        Chain = "chain",
        /// A state-recognised pilot or base.
        Pilot = "pilot",
    }
}

words! {
    /// What an edge rests on.
    EdgeKind {
        /// A source says so.
        Text = "text",
        /// Domain knowledge, unverified.
        Domain = "domain",
    }
}

words! {
    /// Sort of a dictionary word.
    TermKind {
        /// Word of the platform's glossary.
        Glossary = "glossary",
        /// Chain or segment.
        Segment = "segment",
        /// Product, material or technique.
        Product = "product",
        /// Place.
        Place = "place",
        /// Name of a programme, platform or project.
        Name = "name",
    }
}

words! {
    /// Why two words are one.
    SynonymKind {
        /// Word of another region: 矽 = 硅.
        Regional = "regional",
        /// Another usual word: 姑苏 = 苏州.
        Alias = "alias",
        /// Word a machine rewrote in a source: 机械人 = 机器人.
        Respun = "respun",
        /// Abbreviation: CIS = CMOS 图像传感器.
        Abbreviation = "abbreviation",
        /// The same in the other language.
        Translation = "translation",
    }
}
