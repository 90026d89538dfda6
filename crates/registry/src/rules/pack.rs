//! Comparing a newer pack with what is there.
