//! Codes of organisations: kinds, sorts of names, statuses.

pub(crate) use kernel::codes;

codes! {
    /// What an organisation is.
    Kind {
        /// 企业.
        Enterprise = "enterprise",
        /// 高校.
        University = "university",
        /// 科研院所.
        Institute = "institute",
        /// 医院.
        Hospital = "hospital",
        /// 概念验证中心.
        PocCentre = "poc_centre",
        /// 平台.
        Platform = "platform",
        /// 银行.
        Bank = "bank",
        /// 基金.
        Fund = "fund",
        /// 园区、基地.
        Park = "park",
        /// 大科学装置、设施.
        Facility = "facility",
        /// 联盟、产业集群组织.
        Alliance = "alliance",
        /// 办公室、联席机构.
        Office = "office",
        /// 政府部门.
        Government = "government",
        /// 计划、机制.
        Programme = "programme",
    }
}

codes! {
    /// Sort of a name.
    NameKind {
        /// Registered or statutory name.
        Official = "official",
        /// Short name in use.
        Short = "short",
        /// Another name in use.
        Alias = "alias",
        /// Exactly as a source prints it although probably wrong.
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

impl NameKind {
    /// Which English name is shown rather than another: smaller wins.
    pub fn english_rank(self) -> u8 {
        match self {
            NameKind::Official => 0,
            NameKind::Trade => 1,
            NameKind::Short | NameKind::Alias => 2,
            NameKind::Translation => 3,
            NameKind::Romanised => 4,
            NameKind::Former | NameKind::SourceForm => 5,
        }
    }
}

codes! {
    /// A recognised status that forms offer. A pack may bring codes of its own beside these.
    StatusCode {
        /// 高新技术企业.
        HighTech = "high_tech",
        /// 专精特新“小巨人”.
        LittleGiant = "little_giant",
        /// 专精特新中小企业.
        SpecialisedSme = "specialised_sme",
        /// 瞪羚.
        Gazelle = "gazelle",
        /// 独角兽.
        Unicorn = "unicorn",
    }
}
