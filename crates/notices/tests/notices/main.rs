//! People are told: in the inbox, by mail, by webhook, by feed.

mod delivering;
mod feeds;
mod house;
mod receiver;
mod refusals;
mod stories;
mod webhooks;
