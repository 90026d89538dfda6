# Names of journal entries
entry-committee-drafted = Opening committee set up
entry-committee-registered = Seat registered its keys
entry-committee-planned = All seats registered
entry-committee-dealt = Seat dealt
entry-committee-accepted = Seat accepted
entry-committee-complained = Complaint of a seat proven
entry-committee-ready = Opening committee ready
entry-committee-voided = Opening committee void
entry-committee-retired = Opening committee retired
entry-round-begun = Sealed round begun
entry-round-listed = List of envelopes written
entry-round-closed = Sealed round closed
entry-round-shared = Seat gave its shares
entry-round-told = Outcomes told
entry-round-opened = Sealed round opened
entry-round-voided = Sealed round void
entry-envelope-sent = Envelope sent
