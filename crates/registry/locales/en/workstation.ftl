workstation-list-title = Expert workstations
workstation-list-lede = Where enterprises work with academicians and experts over years, recognised by the office of their city. Each lists its experts and projects.
workstation-search = Find a workstation
workstation-empty = No workstations yet
workstation-empty-text = An enterprise chooses experts and proposes one; once they agree and the city office recognises it, it appears here.
workstation-none = No expert workstations yet.
workstation-facet-state = State
workstation-facet-city = City
workstation-state-proposed = Proposed
workstation-state-listed = Running
workstation-state-refused = Not recognised
workstation-state-ended = Ended
workstation-reason-experts-missing = No expert has agreed
workstation-reason-evidence-insufficient = The co-operation is not shown well enough
workstation-reason-duplicate = There is such a workstation already
workstation-reason-data-wrong = The data is wrong or incomplete
workstation-row = { $owner }, { $city }
workstation-projects-count = { $n ->
    [one] { $n } project
   *[other] { $n } projects
 }
workstation-projects-sum = { $n ->
    [one] { $n } project, { $amount }
   *[other] { $n } projects, { $amount } in all
 }
workstation-experts-count = { $n ->
    [one] { $n } expert
   *[other] { $n } experts
 }
workstation-yuan = yuan

workstation-csv-id = id
workstation-csv-name = name
workstation-csv-organisation = organisation
workstation-csv-city = city
workstation-csv-state = state
workstation-csv-since = since
workstation-csv-projects = projects
workstation-csv-amount = amount in fen
workstation-csv-url = page

workstation-fact-organisation = Enterprise
workstation-fact-city = City
workstation-fact-office = Authority
workstation-fact-since = Since
workstation-fact-proposed = Proposed
workstation-fact-due = Due
workstation-fact-decided = Decided
workstation-fact-experts = Experts
workstation-fact-projects = Projects

workstation-about = What it works on
workstation-experts = Experts
workstation-experts-none = No expert is here at present.
workstation-projects = Projects
workstation-projects-none = No projects yet.
workstation-seat-joined = takes part
workstation-seat-asked = asked, no answer yet
workstation-seat-left = has left
workstation-seat-declined = said no
workstation-join = Agree to take part
workstation-decline = Say no
workstation-leave = Leave the workstation
workstation-leave-of = { $verb }: { $expert }, { $name }
workstation-parting = Reason
workstation-parting-hint = The enterprise and its office are shown it. This answer is final; to work together again, the enterprise proposes anew.
workstation-parting-time = No time for it
workstation-parting-field = Not what the expert works on
workstation-parting-interest = A conflict of interest
workstation-parting-institution = The institution does not agree
workstation-parting-finished = The work is done
workstation-parting-other = Something else (say what in the remark)
workstation-parting-remark = Remark
workstation-parting-remark-hint = Such as when to ask again, or whom to ask instead.
workstation-parted = Reason: { $reason }.
workstation-parted-remark = Reason: { $reason }. { $remark }
workstation-notice-proposed = Waits for its experts and for { $office }; not public yet. { $due }.
workstation-notice-refused = { $office } did not recognise it: { $reason }. { $remark } Change what is asked and propose it again; nothing you typed is lost.
workstation-notice-over = { $office } did not recognise it; the invitation is over and needs no answer.
workstation-notice-ended = Ended on { $date }; the page stays for the record.
workstation-period = { $from } to { $to }
workstation-period-open = since { $from }, running

workstation-decide-text = It needs at least one expert who has agreed. Once recognised it is public; a refusal names its reason, and the enterprise can propose again.
workstation-project-open = Add a project
workstation-project-add = Add the project
workstation-project-edit = Change the project
workstation-project-title = Title
workstation-project-title-en = Title (English)
workstation-project-amount = Amount
workstation-project-amount-hint = Leave it empty if it is not for everybody; what you write here is public.
workstation-project-starts = First day
workstation-project-day-hint = Such as 2026-03-01.
workstation-project-ends = Last day
workstation-project-ends-hint = Leave it empty while it runs.
workstation-project-results = Results
workstation-project-results-en = Results (English)
workstation-end = End the workstation
workstation-end-open = Bring the workstation to an end
workstation-end-text = No projects can be added afterwards; the page stays. This cannot be undone.
workstation-repeat = Change and propose again

workstation-propose = Propose a workstation
workstation-propose-from = Propose from my organisation
workstation-propose-of = Propose an expert workstation: { $name }
workstation-propose-submit = Propose
workstation-form-experts = Experts
workstation-form-experts-hint = At most { $n }. Each is asked, and takes part only by agreeing.
workstation-form-search-title = First find the experts
workstation-form-search-text = Narrow the list below by institution, field or name before you fill in the rest; after a search, tick again.
workstation-form-search = Find an expert
workstation-form-more = Only { $shown } of { $total } are listed; narrow them by words.
workstation-form-none = No expert fits. Try other words, or ask the city office to enter the expert first.
workstation-form-name = Name
workstation-form-name-en = Name (English)
workstation-form-about = What it works on
workstation-form-about-hint = Which problem, and what the experts do. Public once recognised.
workstation-form-about-en = The same in English
workstation-form-since = Exists since
workstation-form-since-hint = For one that exists: a year, a month or a day, such as 2020, 2020-03. Leave it empty for a new one.
workstation-choice = { $about }. { $fields }
workstation-receipt = Workstation proposed
workstation-receipt-experts = The experts you chose find the invitation on their desks and answer for themselves.
workstation-receipt-office = The city office decides within { $n } working days.
workstation-receipt-then = Once recognised it is public and you can add projects; a refusal names the reason, and you can propose again.
workstation-receipt-look = See the proposal

workstation-waiting = Workstations to recognise
workstation-waiting-lede = Expert workstations that wait for your office, the most urgent first.
workstation-waiting-empty = Nothing waits
workstation-waiting-empty-text = When an enterprise of your city proposes a workstation, it appears here.

desk-workstation = Recognise an expert workstation
desk-workstation-join = Answer an invitation to a workstation
desk-workstation-left = An expert said no or left; see the reason
desk-workstation-refused = Your workstation was not recognised; see the reason
organisation-mine-workstations = Expert workstations
