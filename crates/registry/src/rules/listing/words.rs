//! The closed word lists of needs and offers: side, kind, state, contact preference, office.

use kernel::Adcode;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Which side of the market a listing is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Somebody looks for something.
    Need,
    /// Somebody has something.
    Offer,
}

impl Side {
    /// Both sides, needs first.
    pub const ALL: [Side; 2] = [Side::Need, Side::Offer];

    /// The code in files, policies, journal and database; also the object kind of its journal entries.
    pub fn code(self) -> &'static str {
        match self {
            Side::Need => "need",
            Side::Offer => "offer",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Side> {
        Side::ALL.into_iter().find(|side| side.code() == code)
    }

    /// The path of its list, also the path of its resources.
    pub fn path(self) -> &'static str {
        match self {
            Side::Need => "/needs",
            Side::Offer => "/offers",
        }
    }

    /// The side that can meet it.
    pub fn counterpart(self) -> Side {
        match self {
            Side::Need => Side::Offer,
            Side::Offer => Side::Need,
        }
    }
}

/// What is offered, or what kind of offer a need looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A transferable result with a maturity (科技成果).
    Achievement,
    /// Work done for others: testing, design, certification …
    Service,
    /// Something an organisation can do or make.
    Capability,
}

impl Kind {
    /// All kinds, in the order forms show them.
    pub const ALL: [Kind; 3] = [Kind::Achievement, Kind::Service, Kind::Capability];

    /// The code in files, policies and the database.
    pub fn code(self) -> &'static str {
        match self {
            Kind::Achievement => "achievement",
            Kind::Service => "service",
            Kind::Capability => "capability",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

/// Where a listing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Being written, or sent back by the office.
    Draft,
    /// Its first version waits for the office.
    Submitted,
    /// Everybody can read it. A changed version may be in the works beside it.
    Published,
    /// Its time is over; it can be renewed.
    Expired,
    /// Taken back by its organisation, for good.
    Withdrawn,
}

impl State {
    /// All states, in the order of a listing's life.
    pub const ALL: [State; 5] = [State::Draft, State::Submitted, State::Published, State::Expired, State::Withdrawn];

    /// The code in files, policies and the database.
    pub fn code(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Submitted => "submitted",
            State::Published => "published",
            State::Expired => "expired",
            State::Withdrawn => "withdrawn",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.code() == code)
    }
}

/// How the owner wants to be approached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactBy {
    /// Requests go to the organisation's own members.
    #[default]
    Organisation,
    /// Requests go to the city office first, which brings the two together.
    Office,
}

impl ContactBy {
    /// All preferences, in the order forms show them.
    pub const ALL: [ContactBy; 2] = [ContactBy::Organisation, ContactBy::Office];

    /// The code in files and the database.
    pub fn code(self) -> &'static str {
        match self {
            ContactBy::Organisation => "organisation",
            ContactBy::Office => "office",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<ContactBy> {
        ContactBy::ALL.into_iter().find(|by| by.code() == code)
    }
}

/// The authority that reviews a listing or answers for an organisation nobody has claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Office {
    /// The office of a member city.
    City(Adcode),
    /// The corridor's joint office, for organisations outside the member cities.
    Joint,
}

impl Office {
    /// The office of a city: its own if it is a member, otherwise the joint office.
    pub fn of(city: Option<Adcode>, member: bool) -> Office {
        match city {
            Some(city) if member => Office::City(city),
            _ => Office::Joint,
        }
    }

    /// Reads what [`Office`] prints; anything else is the joint office.
    pub fn parse(code: &str) -> Office {
        Adcode::parse(code).map_or(Office::Joint, Office::City)
    }
}

impl fmt::Display for Office {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Office::City(city) => city.fmt(f),
            Office::Joint => f.write_str("joint"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back() {
        assert!(Side::ALL.iter().all(|s| Side::parse(s.code()) == Some(*s)));
        assert!(Kind::ALL.iter().all(|k| Kind::parse(k.code()) == Some(*k)));
        assert!(State::ALL.iter().all(|s| State::parse(s.code()) == Some(*s)));
        assert!(ContactBy::ALL.iter().all(|c| ContactBy::parse(c.code()) == Some(*c)));
        assert_eq!(State::parse("deleted"), None);
    }

    #[test]
    fn only_member_cities_have_an_office_of_their_own() {
        let songjiang = Adcode::parse("310117").unwrap();
        for (office, text) in [
            (Office::of(Some(songjiang), true), "310117"),
            (Office::of(Some(songjiang), false), "joint"),
            (Office::of(None, true), "joint"),
        ] {
            assert_eq!(office.to_string(), text);
            assert_eq!(Office::parse(text), office);
        }
    }
}
