//! Who takes part in the example. None of them exists.

use disclosure::{House, Identifier, Issue, Json, Party, PartyRole, Place, Publisher, Release, USCC_SCHEME};
use kernel::{Date, Fen, Instant, Text};

pub const ADDRESS: &str = "https://example.org/ocds";

pub fn house() -> House {
    House {
        publisher: Publisher {
            name: "示例创新走廊".into(),
            uri: "https://example.org/".into(),
            ..Publisher::default()
        },
        license: "https://creativecommons.org/licenses/by/4.0/".into(),
        policy: "https://example.org/publication-policy".into(),
        demo: true,
        ..House::default()
    }
}

pub fn day(text: &str) -> Instant {
    Date::parse(text).unwrap().start().plus_ms(9 * 3_600_000)
}

pub fn yuan(text: &str) -> Fen {
    Fen::parse_yuan(text).unwrap()
}

pub fn text(zh: &str, en: &str) -> Text {
    Text::new(zh, en)
}

pub fn json(release: &Release) -> Json {
    release.to_json(&house()).unwrap_or_else(|refusal| panic!("{refusal}"))
}

pub fn issue(uri: &str) -> Issue<'_> {
    Issue { uri, published: day("2027-08-01") }
}

const CITIES: &[(&str, &str, &str)] =
    &[("city-a", "甲", "A"), ("city-b", "乙", "B"), ("city-c", "丙", "C"), ("province", "省", "Province")];

/// A party with its roles.
pub fn party(id: &str, roles: &[PartyRole]) -> Party {
    let city = CITIES.iter().find(|(known, _, _)| *known == id);
    let name = match (id, city) {
        ("province", _) => text("示例省科技厅", "Example Province, Science Department"),
        (_, Some((_, zh, en))) => text(&format!("示例{zh}市科技局"), &format!("Example City {en}, Science Bureau")),
        ("office", _) => text("示例走廊联席办", "Example Corridor, Joint Office"),
        ("sensors", _) => text("示例传感有限公司", "Example Sensors Ltd"),
        ("institute", _) => text("示例芯片研究院", "Example Chip Institute"),
        ("university", _) => text("示例大学", ""),
        ("systems", _) => text("示例微系统有限公司", "Example Microsystems Ltd"),
        ("gauges", _) => text("示例测控有限公司", "Example Gauges Ltd"),
        _ => text("示例评审机构", "Example Review Body"),
    };
    let identifier = (id == "sensors").then(|| Identifier {
        scheme: USCC_SCHEME.into(),
        id: "91310000EXAMPLE001".into(),
        legal_name: name.clone(),
    });
    let place = (id == "sensors").then(|| Place {
        locality: "示例甲市".into(),
        region: "示例省".into(),
        country: text("中国", "China"),
    });
    Party { id: id.into(), name, roles: roles.to_vec(), identifier, place }
}

/// Who pays, with all roles: the enterprise leads.
pub fn funders() -> Vec<Party> {
    let mut funders = vec![party("sensors", &[PartyRole::Buyer, PartyRole::Funder, PartyRole::Payer])];
    funders.extend(CITIES.iter().map(|(id, _, _)| party(id, &[PartyRole::Funder, PartyRole::Payer])));
    funders
}

/// Who won.
pub fn winners() -> Vec<Party> {
    let roles = [PartyRole::Tenderer, PartyRole::Supplier, PartyRole::Payee];
    ["institute", "university", "systems"].map(|id| party(id, &roles)).to_vec()
}
