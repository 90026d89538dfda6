//! The pack in memory.
