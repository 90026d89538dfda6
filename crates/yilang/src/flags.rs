//! The flags of the command line, taken from the table of everything that can be set; their values are read with those of
//! the environment and the file, by [`yilang::config`].

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use yilang::config::{FILE, FILE_VARIABLE, flags};

/// What every command takes.
pub struct Everywhere;

/// What serving takes besides.
pub struct Serving;

impl Args for Everywhere {
    fn augment_args(command: Command) -> Command {
        let file = Arg::new(FILE).long(FILE).env(FILE_VARIABLE).value_name("FILE").global(true);
        flags(command.arg(file.help("The configuration file; flags and variables go before it")), false)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl Args for Serving {
    fn augment_args(command: Command) -> Command {
        flags(command, true)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// Nothing is read here.
macro_rules! read_elsewhere {
    ($($set:ident),*) => { $( impl FromArgMatches for $set {
        fn from_arg_matches(_: &ArgMatches) -> Result<Self, clap::Error> {
            Ok($set)
        }

        fn update_from_arg_matches(&mut self, _: &ArgMatches) -> Result<(), clap::Error> {
            Ok(())
        }
    } )* };
}
read_elsewhere!(Everywhere, Serving);
