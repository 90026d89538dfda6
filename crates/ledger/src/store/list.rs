//! What lists of this capability share.

/// In which columns of `ledger_account a` whatever belongs to an account has the attributes of its owner.
pub const OWNED: [(&str, &str); 3] = [
    ("owner", "a.owner_kind"),
    ("city", "CASE WHEN a.owner_kind = 'city' THEN a.owner_id END"),
    ("organisation", "CASE WHEN a.owner_kind = 'organisation' THEN a.owner_id END"),
];
