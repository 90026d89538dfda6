//! Reading facts: grouping, wording, numbers for charts.
