//! Limits of a pack, each with its unit.

/// Bytes of one file.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Bytes of all files together.
pub const PACK_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Files of one pack.
pub const FILES_MAX: usize = 64;
/// Rows of one CSV file, the header not counted.
pub const ROWS_MAX: usize = 100_000;
/// Characters of one cell.
pub const CELL_CHARS_MAX: usize = 4_000;
/// Problems kept in one report.
pub const PROBLEMS_MAX: usize = 200;
