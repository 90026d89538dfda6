//! Many rows in one statement.
