//! Who publishes, under which registered prefixes and which licence: settings of the house.

use disclosure::{EXAMPLE_GRANT_PREFIX, EXAMPLE_OCID_PREFIX, House, Publisher};
use kernel::Refusal;
use platform::App;
use registry::corridor;
use std::sync::Arc;

/// The licence while nobody has named another: Creative Commons Attribution 4.0.
pub const LICENSE_DEFAULT: &str = "https://creativecommons.org/licenses/by/4.0/";
/// The page that explains what is published, which is the publication policy too.
pub const POLICY_PAGE: &str = "/calls/publication";

/// How this house publishes. Set on the node by whoever starts it, the same on every node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publishing {
    /// The prefix that the Open Contracting Partnership has given to the house.
    pub ocid_prefix: String,
    /// The prefix that 360Giving has given to it.
    pub grant_prefix: String,
    /// Who publishes; empty for the corridor of the pack.
    pub publisher: String,
    /// The licence of the data, as an address.
    pub license: String,
}

impl Default for Publishing {
    fn default() -> Publishing {
        Publishing {
            ocid_prefix: EXAMPLE_OCID_PREFIX.to_owned(),
            grant_prefix: EXAMPLE_GRANT_PREFIX.to_owned(),
            publisher: String::new(),
            license: LICENSE_DEFAULT.to_owned(),
        }
    }
}

impl Publishing {
    /// Checks the prefixes as they are set.
    ///
    /// # Errors
    /// `disclosure-prefix`.
    pub fn check(&self) -> Result<(), Refusal> {
        House { ocid_prefix: self.ocid_prefix.clone(), ..House::default() }.ocid("1")?;
        let name = self.grant_prefix.strip_prefix("360G-").unwrap_or_default();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Refusal::invalid(
                "disclosure-prefix",
                format!("拨款数据前缀“{}”不符合标准，应为 360G- 加字母或数字。", self.grant_prefix),
                format!("The prefix of grants is 360G- and letters or digits, not “{}”.", self.grant_prefix),
            )
            .at("prefix"));
        }
        Ok(())
    }

    /// The settings of this node; the prefixes of examples while nobody has said otherwise.
    pub fn of(app: &App) -> Arc<Publishing> {
        app.extension::<Publishing>().unwrap_or_default()
    }

    /// Whether the prefixes are those of examples.
    pub fn is_example(&self) -> bool {
        self.ocid_prefix == EXAMPLE_OCID_PREFIX || self.grant_prefix == EXAMPLE_GRANT_PREFIX
    }
}

/// The address of the house, without a slash at its end.
pub fn base(app: &App) -> String {
    app.settings().public_url.trim_end_matches('/').to_owned()
}

/// The house as the standards see it.
pub fn house(app: &App) -> House {
    let publishing = Publishing::of(app);
    let corridor = corridor::of(app);
    let named = corridor.meta.as_ref().map_or("一廊", |meta| meta.name_zh.as_str());
    let name = if publishing.publisher.is_empty() { named } else { &publishing.publisher };
    let demo = app.settings().demo;
    let address = base(app);
    let linked = address.starts_with("http");
    House {
        ocid_prefix: publishing.ocid_prefix.clone(),
        grant_prefix: publishing.grant_prefix.clone(),
        publisher: Publisher {
            name: if demo { format!("示例：{name}") } else { name.to_owned() },
            uri: if linked { address.clone() } else { String::new() },
            ..Publisher::default()
        },
        license: publishing.license.clone(),
        policy: if linked { format!("{address}{POLICY_PAGE}") } else { String::new() },
        budget_breakdown: false,
        demo,
    }
}
