use crate::fault::unavailable;
use kernel::{Refusal, RefusalKind};
use sea_orm::{DbErr, RuntimeErr};

/// What a database error means, the same for both databases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DbFault {
    /// A unique key is taken; holds what the database names (columns on SQLite, a constraint on PostgreSQL).
    Unique(String),
    /// A row that is referred to is missing.
    ForeignKey,
    /// A CHECK or NOT NULL constraint.
    Check,
    /// Two transactions cannot be ordered; a retry may succeed.
    Serialization,
    /// Another process holds the lock.
    Busy,
    /// No room on the disk, or it may not be written.
    Storage,
    /// The connection is gone.
    Connection,
    /// Everything else.
    Other,
}

impl DbFault {
    /// Whether the same action may simply be tried again.
    pub fn retryable(&self) -> bool {
        matches!(self, DbFault::Serialization | DbFault::Busy)
    }

    /// What a person is told.
    pub fn to_refusal(&self) -> Refusal {
        match self {
            DbFault::Unique(_) => Refusal::conflict(
                "already-there",
                "已有相同的记录，本次未作更改。请刷新后查看。",
                "There is already such a record; nothing was changed. Refresh to see it.",
            ),
            DbFault::Storage => Refusal::new(
                RefusalKind::Unavailable,
                "storage",
                "数据盘已满或不可写，本次未作更改。请管理员腾出空间或改正权限后重试。",
                "The data disk is full or read-only; nothing was changed. Free space or correct the permissions, then try again.",
            ),
            DbFault::Busy | DbFault::Serialization => Refusal::new(
                RefusalKind::Unavailable,
                "busy",
                "此刻办理的人较多，本次未作更改。请稍后重试。",
                "Too many people are acting at this moment; nothing was changed. Try again shortly.",
            ),
            DbFault::Connection => Refusal::new(
                RefusalKind::Unavailable,
                "database-away",
                "数据库暂时没有应答，本次未作更改。系统会自动恢复，请稍候片刻重试。",
                "The database does not answer just now; nothing was changed. The system recovers by itself: try again in a moment.",
            ),
            _ => unavailable(),
        }
    }
}

/// How an SQLite error travels inside a [`DbErr`]: `sqlite:<extended code>:<message>`.
pub(super) fn sqlite_error(error: &rusqlite::Error) -> DbErr {
    let code = match error {
        rusqlite::Error::SqliteFailure(failure, _) => failure.extended_code,
        _ => 0,
    };
    DbErr::Exec(RuntimeErr::Internal(format!("sqlite:{code}:{error}")))
}

/// Names what a database error means; the only place that knows error codes.
pub fn classify(error: &DbErr) -> DbFault {
    match error {
        DbErr::Exec(RuntimeErr::Internal(text)) => classify_sqlite(text),
        DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e))
        | DbErr::Conn(RuntimeErr::SqlxError(e)) => classify_postgres(e),
        DbErr::ConnectionAcquire(_) => DbFault::Connection,
        _ => DbFault::Other,
    }
}

fn classify_sqlite(text: &str) -> DbFault {
    let mut parts = text.splitn(3, ':');
    let (Some("sqlite"), Some(code), Some(message)) = (parts.next(), parts.next(), parts.next()) else {
        return DbFault::Other;
    };
    let code: i32 = code.parse().unwrap_or(0);
    match (code & 0xff, code) {
        (_, 1555 | 2067 | 2579) => DbFault::Unique(message.rsplit(": ").next().unwrap_or_default().to_owned()),
        (_, 787 | 1811) => DbFault::ForeignKey,
        (19, _) => DbFault::Check,
        (5 | 6, _) => DbFault::Busy,
        // Read-only database, input/output error, full disk, cannot open.
        (8 | 10 | 13 | 14, _) => DbFault::Storage,
        _ => DbFault::Other,
    }
}

fn classify_postgres(error: &sea_orm::SqlxError) -> DbFault {
    use sea_orm::SqlxError;
    match error {
        SqlxError::Database(failure) => match failure.code().as_deref() {
            Some("23505") => DbFault::Unique(failure.constraint().unwrap_or_default().to_owned()),
            Some("23503") => DbFault::ForeignKey,
            Some("23514" | "23502") => DbFault::Check,
            Some("40001" | "40P01") => DbFault::Serialization,
            Some("53100" | "25006") => DbFault::Storage,
            Some("53300" | "55P03") => DbFault::Busy,
            // Shut down by hand, after a crash, or not up yet; connection exceptions.
            Some("57P01" | "57P02" | "57P03") => DbFault::Connection,
            Some(code) if code.starts_with("08") => DbFault::Connection,
            _ => DbFault::Other,
        },
        SqlxError::Io(_) | SqlxError::PoolClosed | SqlxError::PoolTimedOut | SqlxError::Tls(_) => DbFault::Connection,
        _ => DbFault::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_does_not_answer_is_not_a_busy_one() {
        for error in [
            DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout),
            DbErr::Conn(RuntimeErr::SqlxError(std::sync::Arc::new(sea_orm::SqlxError::PoolTimedOut))),
            DbErr::Query(RuntimeErr::SqlxError(std::sync::Arc::new(sea_orm::SqlxError::Io(
                std::io::ErrorKind::ConnectionReset.into(),
            )))),
        ] {
            let fault = classify(&error);
            assert_eq!((fault.retryable(), fault.to_refusal().code), (false, "database-away"), "{error}");
        }
    }

    #[test]
    fn sqlite_codes_are_named() {
        assert_eq!(
            classify_sqlite("sqlite:2067:UNIQUE constraint failed: account.email"),
            DbFault::Unique("account.email".into())
        );
        assert_eq!(classify_sqlite("sqlite:787:FOREIGN KEY constraint failed"), DbFault::ForeignKey);
        assert_eq!(classify_sqlite("sqlite:275:CHECK constraint failed: side"), DbFault::Check);
        assert_eq!(classify_sqlite("sqlite:13:database or disk is full"), DbFault::Storage);
        assert!(classify_sqlite("sqlite:5:database is locked").retryable());
        assert_eq!(classify_sqlite("something else"), DbFault::Other);
    }
}
