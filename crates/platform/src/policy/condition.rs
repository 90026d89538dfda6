//! Cedar conditions as a small typed tree: what can be folded for one principal and then said in SQL.

use serde_json::Value;

/// A condition that is true or false for one principal and one resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Condition {
    Const(bool),
    /// A yes-or-no attribute of the principal.
    PrincipalFlag(String),
    /// A yes-or-no attribute of the resource.
    ResourceFlag(String),
    ResourceHas(String),
    Compare(Scalar, Comparison, Scalar),
    Contains(Texts, Scalar),
    /// A set of the principal meets a set.
    ContainsAny(Texts, Texts),
    IsEmpty(Texts),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    If(Box<Condition>, Box<Condition>, Box<Condition>),
    /// Outside the subset; says what it is.
    Opaque(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparison {
    pub(super) fn sql(self) -> &'static str {
        match self {
            Comparison::Equal => "=",
            Comparison::NotEqual => "<>",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        }
    }

    /// The comparison with its sides exchanged.
    pub(super) fn flipped(self) -> Comparison {
        match self {
            Comparison::Less => Comparison::Greater,
            Comparison::LessOrEqual => Comparison::GreaterOrEqual,
            Comparison::Greater => Comparison::Less,
            Comparison::GreaterOrEqual => Comparison::LessOrEqual,
            same => same,
        }
    }

    pub(super) fn holds(self, order: std::cmp::Ordering) -> bool {
        match self {
            Comparison::Equal => order.is_eq(),
            Comparison::NotEqual => order.is_ne(),
            Comparison::Less => order.is_lt(),
            Comparison::LessOrEqual => order.is_le(),
            Comparison::Greater => order.is_gt(),
            Comparison::GreaterOrEqual => order.is_ge(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    Text(String),
    Long(i64),
    Bool(bool),
    /// An attribute of the principal that is one text or flag.
    Principal(String),
    /// An attribute of the resource.
    Resource(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Texts {
    Literal(Vec<String>),
    /// A set of the principal.
    Principal(String),
}

/// Reads the JSON form of one expression (Cedar's "EST") that must be true or false.
pub(super) fn read(json: &Value) -> Condition {
    try_read(json).unwrap_or_else(Condition::Opaque)
}

type Reading<T> = Result<T, String>;

fn try_read(json: &Value) -> Reading<Condition> {
    let (operator, body) = only_member(json)?;
    Ok(match operator {
        "Value" => Condition::Const(body.as_bool().ok_or("a value that is neither true nor false")?),
        "." => flag(body)?,
        "has" => has(body)?,
        "!" => Condition::Not(Box::new(read(&body["arg"]))),
        "&&" => Condition::All(vec![read(&body["left"]), read(&body["right"])]),
        "||" => Condition::Any(vec![read(&body["left"]), read(&body["right"])]),
        "if-then-else" => {
            let [test, then, other] = ["if", "then", "else"].map(|name| Box::new(read(&body[name])));
            Condition::If(test, then, other)
        }
        "contains" => Condition::Contains(texts(&body["left"])?, scalar(&body["right"])?),
        "containsAny" => Condition::ContainsAny(texts(&body["left"])?, texts(&body["right"])?),
        "isEmpty" => Condition::IsEmpty(texts(&body["arg"])?),
        other => {
            let comparison = comparison(other).ok_or_else(|| format!("the operator `{other}`"))?;
            Condition::Compare(scalar(&body["left"])?, comparison, scalar(&body["right"])?)
        }
    })
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        "==" => Comparison::Equal,
        "!=" => Comparison::NotEqual,
        "<" => Comparison::Less,
        "<=" => Comparison::LessOrEqual,
        ">" => Comparison::Greater,
        ">=" => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

/// Every expression is an object with one member: operator and operands.
fn only_member(json: &Value) -> Reading<(&str, &Value)> {
    let members = json.as_object().filter(|members| members.len() == 1);
    let member = members.and_then(|members| members.iter().next());
    member.map(|(name, body)| (name.as_str(), body)).ok_or_else(|| "an expression of unknown form".to_owned())
}

/// `principal.x` or `resource.x`, as (variable, attribute).
fn attribute(body: &Value) -> Reading<(&str, &str)> {
    let variable = body["left"]["Var"].as_str().ok_or("an attribute of something else than principal or resource")?;
    let name = body["attr"].as_str().ok_or("an attribute without a name")?;
    match variable {
        "principal" | "resource" => Ok((variable, name)),
        other => Err(format!("the variable `{other}`")),
    }
}

fn flag(body: &Value) -> Reading<Condition> {
    Ok(match attribute(body)? {
        ("principal", name) => Condition::PrincipalFlag(name.to_owned()),
        (_, name) => Condition::ResourceFlag(name.to_owned()),
    })
}

fn has(body: &Value) -> Reading<Condition> {
    Ok(match attribute(body)? {
        // Every declared attribute of the principal is always there.
        ("principal", _) => Condition::Const(true),
        (_, name) => Condition::ResourceHas(name.to_owned()),
    })
}

fn scalar(json: &Value) -> Reading<Scalar> {
    let (operator, body) = only_member(json)?;
    match operator {
        "Value" => literal(body),
        "." => Ok(match attribute(body)? {
            ("principal", name) => Scalar::Principal(name.to_owned()),
            (_, name) => Scalar::Resource(name.to_owned()),
        }),
        other => Err(format!("`{other}` as a side of a comparison")),
    }
}

fn literal(value: &Value) -> Reading<Scalar> {
    match value {
        Value::String(text) => Ok(Scalar::Text(text.clone())),
        Value::Bool(flag) => Ok(Scalar::Bool(*flag)),
        Value::Number(number) => number.as_i64().map(Scalar::Long).ok_or_else(|| "a number beyond 64 bits".to_owned()),
        _ => Err("an entity or a record as a value".to_owned()),
    }
}

fn texts(json: &Value) -> Reading<Texts> {
    let (operator, body) = only_member(json)?;
    match operator {
        "." => match attribute(body)? {
            ("principal", name) => Ok(Texts::Principal(name.to_owned())),
            (_, name) => Err(format!("the set `resource.{name}`")),
        },
        "Set" => {
            let items = body.as_array().map(Vec::as_slice).unwrap_or_default();
            let texts = items.iter().map(|item| match scalar(item)? {
                Scalar::Text(text) => Ok(text),
                _ => Err("a set of something else than texts".to_owned()),
            });
            texts.collect::<Reading<Vec<String>>>().map(Texts::Literal)
        }
        other => Err(format!("`{other}` as a set")),
    }
}

impl Condition {
    /// What in it lies outside the subset, if anything.
    pub(super) fn opaque(&self) -> Option<&str> {
        match self {
            Condition::Opaque(what) => Some(what),
            Condition::Not(inner) => inner.opaque(),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().find_map(Condition::opaque),
            Condition::If(test, then, other) => test.opaque().or_else(|| then.opaque()).or_else(|| other.opaque()),
            _ => None,
        }
    }
}
