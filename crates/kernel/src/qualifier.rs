use crate::Text;
use serde::{Deserialize, Serialize};

/// How a source qualifies a figure: "more than 3,000" is not "3,000".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(rename_all = "kebab-case")]
pub enum Qualifier {
    /// The figure stands as it is.
    #[default]
    Exact,
    /// 余、超、多.
    MoreThan,
    /// 近.
    Nearly,
    /// 约、左右.
    About,
    /// 可达、最高.
    UpTo,
    /// 至少.
    AtLeast,
    /// 达.
    Reaches,
    /// A growth word stated as a multiple (翻两番 = 4 倍).
    Equals,
    /// A range around the figure (60 % 区间).
    Range,
    /// Only the order of magnitude (百亿级).
    OrderOfMagnitude,
}

impl Qualifier {
    /// All qualifiers, in the order of declaration.
    pub const ALL: [Qualifier; 10] = [
        Qualifier::Exact,
        Qualifier::MoreThan,
        Qualifier::Nearly,
        Qualifier::About,
        Qualifier::UpTo,
        Qualifier::AtLeast,
        Qualifier::Reaches,
        Qualifier::Equals,
        Qualifier::Range,
        Qualifier::OrderOfMagnitude,
    ];

    /// The code in files and the API.
    pub fn code(self) -> &'static str {
        match self {
            Qualifier::Exact => "",
            Qualifier::MoreThan => "more-than",
            Qualifier::Nearly => "nearly",
            Qualifier::About => "about",
            Qualifier::UpTo => "up-to",
            Qualifier::AtLeast => "at-least",
            Qualifier::Reaches => "reaches",
            Qualifier::Equals => "equals",
            Qualifier::Range => "range",
            Qualifier::OrderOfMagnitude => "order-of-magnitude",
        }
    }

    /// Reads a code; blanks and hyphens are the same.
    pub fn parse(code: &str) -> Option<Qualifier> {
        let code = code.trim().replace(' ', "-");
        Qualifier::ALL.into_iter().find(|q| q.code() == code)
    }

    /// The word in front of the figure; empty where the figure stands alone.
    pub fn label(self) -> Text {
        let (zh, en) = match self {
            Qualifier::Exact | Qualifier::Equals => ("", ""),
            Qualifier::MoreThan => ("超过", "more than"),
            Qualifier::Nearly => ("近", "nearly"),
            Qualifier::About => ("约", "about"),
            Qualifier::UpTo => ("最高", "up to"),
            Qualifier::AtLeast => ("至少", "at least"),
            Qualifier::Reaches => ("达", "reaches"),
            Qualifier::Range => ("区间约", "in the range of"),
            Qualifier::OrderOfMagnitude => ("量级", "on the order of"),
        };
        Text::new(zh, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        for qualifier in Qualifier::ALL {
            assert_eq!(Qualifier::parse(qualifier.code()), Some(qualifier));
        }
        assert_eq!(Qualifier::parse("more than"), Some(Qualifier::MoreThan));
        assert_eq!(Qualifier::parse("roughly"), None);
    }
}
