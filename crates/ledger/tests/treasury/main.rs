//! Payments, statements and reconciliation in a running house.

mod api;
mod demo;
mod hands;
mod house;
mod pages;
mod payments;
mod periods;
mod policies;
mod statements;
