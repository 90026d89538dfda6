//! Releases that nobody has thought of, the same in every run, for other implementations to merge as well.

use disclosure::Json;

/// Draws numbers (Knuth's MMIX generator); the same seed draws the same.
struct Draw(u64);

/// Keys of an object, each with what draws its value.
type Keys<'a> = &'a [(&'a str, fn(&mut Draw) -> String)];

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len() as u64) as usize]
    }

    fn maybe(&mut self, make: impl FnOnce(&mut Draw) -> String) -> Option<String> {
        (self.below(3) > 0).then(|| make(self))
    }

    fn literal(&mut self) -> String {
        self.one(&["null", "7", "2.5", "0.01", "true", "\"甲\"", "\"乙\"", "\"\""]).to_owned()
    }

    fn literals(&mut self) -> String {
        self.one(&["[]", "[\"a\"]", "[\"a\",\"b\"]", "[\"b\"]", "null"]).to_owned()
    }

    fn object(&mut self, keys: Keys<'_>) -> String {
        let mut pairs = Vec::new();
        for (key, make) in keys {
            pairs.extend(self.maybe(make).map(|value| format!("\"{key}\":{value}")));
        }
        format!("{{{}}}", pairs.join(","))
    }

    fn items(&mut self, make: fn(&mut Draw) -> String) -> String {
        let items: Vec<String> = (0..self.below(4)).map(|_| make(self)).collect();
        format!("[{}]", items.join(","))
    }

    /// Some objects, each with an identifier of its own. (Twice the same within a release is no valid data, and implementations
    /// differ about it.)
    fn identified(&mut self, keys: Keys<'_>) -> String {
        let mut items = Vec::new();
        let first = self.below(3);
        for at in 0..self.below(4) {
            let rest = self.object(keys);
            let rest = if rest == "{}" { "}".to_owned() } else { format!(",{}", &rest[1..]) };
            items.push(format!("{{\"id\":\"{}\"{rest}", (first + at) % 3));
        }
        format!("[{}]", items.join(","))
    }
}

fn value(draw: &mut Draw) -> String {
    draw.object(&[("amount", Draw::literal), ("currency", Draw::literal)])
}

fn documents(draw: &mut Draw) -> String {
    draw.identified(&[("title", Draw::literal), ("title_en", Draw::literal)])
}

fn whole(draw: &mut Draw) -> String {
    draw.items(|draw| draw.object(&[("scheme", Draw::literal), ("id", Draw::literal)]))
}

fn parties(draw: &mut Draw) -> String {
    draw.identified(&[("name", Draw::literal), ("roles", Draw::literals), ("additionalIdentifiers", whole)])
}

fn awards(draw: &mut Draw) -> String {
    draw.identified(&[("status", Draw::literal), ("value", value), ("documents", documents)])
}

fn tender(draw: &mut Draw) -> String {
    let keys: Keys<'_> = &[
        ("id", Draw::literal),
        ("title", Draw::literal),
        ("value", value),
        ("submissionMethod", Draw::literals),
        ("documents", documents),
        ("unknown", value),
    ];
    draw.object(keys)
}

/// Sets of releases.
pub fn sets(count: u64) -> Vec<Vec<Json>> {
    let draw = &mut Draw(20_261_121);
    let release = |draw: &mut Draw, number: u64| {
        let body =
            draw.object(&[("tender", tender), ("parties", parties), ("awards", awards), ("language", Draw::literal)]);
        let rest = if body == "{}" { String::new() } else { format!(",{}", &body[1..body.len() - 1]) };
        let text = format!(
            "{{\"ocid\":\"ocds-213czf-1\",\"id\":\"{number}\",\"date\":\"2026-01-0{number}T00:00:00Z\",\"tag\":[\"tender\"],\
             \"initiationType\":\"tender\"{rest}}}"
        );
        Json::parse(&text).unwrap_or_else(|refusal| panic!("{refusal}: {text}"))
    };
    (0..count).map(|_| (1..=2 + draw.below(3)).map(|number| release(draw, number)).collect()).collect()
}
