//! Stories of open challenge calls, through public actions, pages and the API.

mod amendments;
mod answer_policies;
mod answers;
mod api;
mod awards;
mod calls;
mod demo;
mod house;
mod ndas;
mod pages;
mod policies;
mod publication;
mod questions;
mod release;
mod review_pages;
mod review_policies;
mod reviews;
mod rules;
