use kernel::Refusal;
use sea_orm::DbErr;

/// Why an action did not happen: either the person is told no, or the house failed.
#[derive(thiserror::Error)]
pub enum Fault {
    /// A clear no with what to do next. Nothing was changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed; already classified by [`crate::db::classify`] where that matters.
    #[error("database")]
    Db(#[from] DbErr),
    /// Anything else inside the house. The text is for the log, never for the person.
    #[error("{0}")]
    Internal(String),
}

/// For the log. A database's own debug form would tell the values of the row it complains about; its message does not.
impl std::fmt::Debug for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Fault::Refused(refusal) => write!(f, "refused {}", refusal.code),
            Fault::Db(error) => write!(f, "database: {error}"),
            Fault::Internal(text) => write!(f, "internal: {text}"),
        }
    }
}

impl Fault {
    /// The refusal inside, if this is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Fault::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// What a person is told: the refusal itself, or a plain sentence that the house failed and nothing was lost.
    pub fn to_refusal(&self) -> Refusal {
        match self {
            Fault::Refused(refusal) => refusal.clone(),
            Fault::Db(error) => crate::db::classify(error).to_refusal(),
            Fault::Internal(_) => unavailable(),
        }
    }
}

/// The house cannot do it just now; nothing was changed.
pub(crate) fn unavailable() -> Refusal {
    Refusal::new(
        kernel::RefusalKind::Unavailable,
        "unavailable",
        "系统暂时无法完成此操作，未作任何更改。请稍后重试；若仍不成功，请把页面底部的请求编号告知管理员。",
        "The system could not do this just now and changed nothing. Try again shortly; if it keeps failing, give the administrator the request number.",
    )
}

/// The result of everything that touches the database.
pub type Outcome<T> = Result<T, Fault>;

/// Logged here, once, where it leaves the house; the person reads the refusal.
impl From<Fault> for crate::web::Problem {
    fn from(fault: Fault) -> Self {
        match &fault {
            Fault::Refused(_) => {}
            Fault::Db(error) => tracing::error!(%error, "request failed in the database"),
            Fault::Internal(error) => tracing::error!(error, "request failed"),
        }
        crate::web::Problem::from(fault.to_refusal())
    }
}
