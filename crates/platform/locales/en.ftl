site-name = Yilang
skip-to-content = Skip to content
live-offer = There is news: show it
nav-main = Main
nav-tools = Tools
nav-search = Search
nav-desk = My desk
nav-admin = Administration
nav-sign-in = Sign in
nav-sign-out = Sign out
acting-for = Acting for
acting-joint-office = the joint office
acting-city-office = the city office of { $city }
acting-and = {" and "}
acting-several = { $names } and others, { $n } in all
theme = Theme
theme-auto = System
theme-light = Light
theme-dark = Dark
demo-banner = This site runs on demonstration data: organisations, deals and records whose names begin with 示例 (example) are invented.
footer-open = Open source · every figure has its source
footer-sources = Every figure names its area, date and source
proof = Proof
proof-entries = Journal entry { $n }
proof-entry = Journal entry { $n }
proof-checkpoint = checkpoint
proof-cosigned = { $n ->
    [0] not cosigned yet
    [one] cosigned by one witness
   *[other] cosigned by { $n } witnesses
}
proof-witnessed = { $n ->
    [0] The journal's newest checkpoint is not cosigned by any witness yet.
    [one] The journal's newest checkpoint is cosigned by one witness; yours follows with the next ones.
   *[other] The journal's newest checkpoint is cosigned by { $n } witnesses; yours follows with the next ones.
}
proof-verify = How to verify it yourself
unread = { $n ->
    [one] { $n } unread message
   *[other] { $n } unread messages
 }
desk-waiting = { $n ->
    [one] { $n } task waits
   *[other] { $n } tasks wait
 }
colon = {": "}
optional = {" "}(optional)
choose = Please choose
error = Error
errors-title = { $n ->
    [one] One thing needs a change
   *[other] { $n } things need a change
 }
chars-max = At most { $n } characters.
change = Change
back = Back
step-of = Step { $step } of { $steps }
check-answers = Check before you send
not-given = not given
not-known = no data
copy = Copy
copied = Copied
receipt-number = Number
receipt-at = Received
receipt-next = What happens next
label-unclaimed = Unclaimed
label-unclaimed-note = The organisation has not claimed this page; contact requests go to its city office
label-unverified = Unverified
label-unverified-note = From published material; not confirmed by an authority yet
label-demo = Example
label-demo-note = Invented for the demonstration
why-title = Why this one
source = Source
as-of = as of { $date }
crumbs = You are here
phases = Progress
phase-done = Done:
side-facts = Facts
unit-in-head = {" "}({ $unit })
table-csv = Download CSV
table-show = Show the data
filters = Filters
filters-on = Filters in use
filters-clear = Clear all filters
filter-on = (selected)
filter-remove = (remove this filter)
sort = Order
download = Download
in-parens = {" "}({ $text })
list-total = { $n ->
    [one] { $n } result
   *[other] { $n } results
 }
list-nothing-title = Nothing fits
list-nothing-text = Try other words, or fewer filters.
pager = Pages
pager-shown = { $shown } of { $total } shown
pager-first = First page
pager-next = Next page
error-home = Go to the home page
error-search = Search
error-code = Code
error-request = Request
problem-bad-request = The request is wrong
problem-bad-request-text = The server could not read this request. Go back, check it and send it again.
problem-sign-in = Please sign in first
problem-forbidden = Your role may not do this
problem-not-found = This page was not found
problem-not-found-text = Check the address, or look for it by search.
problem-method = That cannot be done here
problem-method-text = Use the buttons and links of the pages.
problem-conflict = Things have changed
problem-too-large = Too large
problem-too-large-text = What you sent is above the limit. Make the file smaller or send it in parts.
problem-uri-too-long = The address is too long
problem-uri-too-long-text = The query is above the limit. Use a shorter search text or fewer filters.
problem-media = This format is not supported
problem-media-text = Send it in the format that the API document names.
problem-invalid = Something needs a change
problem-invalid-text = One of the answers breaks a rule. Go back, check and send it again; what you typed is kept.
problem-too-many = Too often
problem-too-many-text = Please wait a moment and try again.
problem-timeout = It took too long
problem-timeout-text = The server did not finish in time. Try again later; My desk shows what has been recorded.
problem-internal = Something went wrong
problem-internal-text = This is our mistake and has been recorded. Try again later; if it stays, give the administrator the request number.
problem-unavailable = Not available now
problem-unavailable-text = The system is busy or under maintenance. Try again later.
problem-origin = The request came from elsewhere
problem-origin-text = For safety, forms can only be sent from this site's own pages. Open the page here and try again.
chart-table = { $title }: data
chart-as-of = As of
chart-value = Value
chart-series = Item
chart-source = Source
chart-conflict = Sources differ; all are shown side by side, none is preferred.
corridor-title = Sketch of the corridor
corridor-desc-line = { $line }: { $stations }
corridor-list-separator = {", "}
corridor-scale = A sketch, not to scale
