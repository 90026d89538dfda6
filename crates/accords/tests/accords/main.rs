//! Joint acts, meetings, action items and supervision in a running house.

mod acts;
mod api;
mod demo;
mod house;
mod meetings;
mod pages;
mod policies;
mod rules;
mod supervisions;
