import PartyBuilding
import Schema
import Testing

@Suite struct MeetingRulesTests {
    private func office() throws -> PartyOffice {
        let office = try PartyOffice()
        for branch in ["b1", "b2"] {
            try office.branch(branch)
            try office.members(4, of: branch)
        }
        return office
    }

    private func meeting(
        kind: String = "GENERAL", place: String = #""branch":"b1","#,
        from: String = "2019-07-31T14:00:00+08:00", to: String = "2019-07-31T16:00:00+08:00",
        expected: Int = 4, present: [String]? = ["b1-1", "b1-2", "b1-3"], count: Int? = nil,
        guests: [String] = []
    ) -> String {
        #""kind":"\#(kind)",\#(place)"started":"\#(from)","ended":"\#(to)","chair":"b1-1""#
            + #","agenda":["议题"],"first_topic":true,"expected":\#(expected)"#
            + (present.map { #","present":\#(PartyOffice.list($0))"# } ?? "")
            + (count.map { #","present_count":\#($0)"# } ?? "")
            + #","guests":\#(PartyOffice.list(guests))"#
    }

    private func hold(_ office: PartyOffice, _ id: String, _ payload: String) throws -> String? {
        try office.refusal("MeetingHeld", "meeting-\(id)", payload, occurred: "2019-07-31")?.rule
    }

    /// X29.
    @Test func attendanceIsOfTheRoll() throws {
        let office = try office()
        let stranger = ["b1-1", "b1-2", "b2-1"]
        #expect(try hold(office, "m1", meeting(present: stranger)) == "R-MT-03")
        #expect(try hold(office, "m1", meeting(present: stranger, guests: ["b2-1"])) == nil)
        let state = try office.office.aggregate(MeetingState.self, "m1")
        #expect(state.day == day("2019-07-31") && state.studyHours == 2)
    }

    @Test func theRollIsThatOfTheDay() throws {
        let office = try office()
        try office.record(
            "MemberAssignedToBranch", "member-b2-1",
            #""branch":"b1","from":"2019-08-01","reason":"INTERNAL""#, occurred: "2019-08-01")
        let present = ["b1-1", "b1-2", "b2-1"]
        #expect(try hold(office, "m1", meeting(present: present)) == "R-MT-03")
        try office.record(
            "MemberAssignedToBranch", "member-b2-2",
            #""branch":"b1","from":"2019-07-31","reason":"INTERNAL""#, occurred: "2019-07-31")
        #expect(try hold(office, "m1", meeting(present: ["b1-1", "b1-2", "b2-2"])) == nil)
    }

    @Test func meetingsAreSomebodysAndOnce() throws {
        let office = try office()
        #expect(try hold(office, "m1", meeting(place: "")) == "INV-D01")
        #expect(try hold(office, "m1", meeting(place: #""org":"h1","#)) == "INV-D01")
        #expect(try hold(office, "m1", meeting(place: #""branch":"b9","#)) == "INV-D01")
        #expect(
            try hold(office, "m1", meeting(kind: "CENTRE_GROUP", place: #""org":"h1","#)) == nil)
        #expect(try hold(office, "m1", meeting()) == "INV-D01")
        #expect(
            try hold(
                office, "m2",
                meeting(
                    from: "2019-07-31T16:00:00+08:00", to: "2019-07-31T16:00:00+08:00"))
                == "INV-D01")
        #expect(try hold(office, "m2", meeting(present: ["b1-1", "b1-1"])) == "INV-D01")
        #expect(try hold(office, "m2", meeting(count: 4)) == "INV-D01")
        #expect(try hold(office, "m2", meeting(count: 3)) == nil)
        #expect(try hold(office, "m3", meeting(present: nil, count: 3)) == nil)
    }

    @Test func tooFewPresentIsAWarning() throws {
        let office = try office()
        func warnings(_ id: String, _ payload: String) throws -> [String] {
            try office.record("MeetingHeld", "meeting-\(id)", payload, occurred: "2019-07-31")
                .warnings.map(\.rule)
        }
        #expect(try warnings("m1", meeting(present: ["b1-1", "b1-2"])) == ["R-MT-02"])
        #expect(
            try warnings("m2", meeting(kind: "COMMITTEE", present: ["b1-1", "b1-2"])).isEmpty)
        #expect(try warnings("m3", meeting(kind: "COMMITTEE", present: ["b1-1"])) == ["R-MT-02"])
        #expect(try warnings("m4", meeting()).isEmpty)
    }

    @Test func lateMinutesAreAWarning() throws {
        let office = try office()
        let admission = try office.record(
            "MeetingHeld", "meeting-m1", meeting(), occurred: "2019-07-31",
            recorded: "2019-08-08")
        #expect(admission.warnings.map(\.rule) == ["R-MT-04"])
        #expect(admission.fact.isLate)
    }
}

@Suite struct StudyRulesTests {
    private func office() throws -> PartyOffice {
        let office = try PartyOffice()
        try office.branch("b1", full: 7)
        try office.members(7, of: "b1")
        return office
    }

    private func read(
        _ office: PartyOffice, _ title: String, on: String = "2019-05-02",
        stream: String = "learning-b1-1-2019"
    ) throws -> String? {
        try office.refusal(
            "BookCompleted", stream, #""title_key":"\#(title)","finished_on":"\#(on)""#)?.rule
    }

    /// X28.
    @Test func aBookCountsOncePerYear() throws {
        let office = try office()
        #expect(try read(office, "《习近平的七年知青岁月》") == nil)
        #expect(try read(office, "习近平的七年知青岁月") == "R-LN-02")
        #expect(try read(office, "978-7-5035-6163-6") == nil)
        #expect(try read(office, "9787503561636", on: "2019-09-01") == "R-LN-02")
        #expect(try read(office, "《 》") == "INV-D04")
        #expect(try read(office, "9787503561636", on: "2020-01-01") == "INV-D04")
        #expect(
            try read(office, "9787503561636", on: "2020-01-01", stream: "learning-b1-1-2020")
                == nil)
        #expect(try read(office, "9787503561636", stream: "learning-b1-2-2019") == nil)
        #expect(try read(office, "x", stream: "learning-b1") == "INV-D04")
    }

    private func study(
        _ office: PartyOffice, _ session: String, hours: Int, on: String = "2019-07-31",
        stream: String = "learning-b1-1-2019"
    ) throws -> String? {
        try office.refusal(
            "StudySessionAttended", stream,
            #""session_id":"\#(session)","on":"\#(on)","study_hours":\#(hours)"#
                + #","mode":"COLLECTIVE","platform":"支部""#)?.rule
    }

    @Test func hoursStayWithinSessionAndYear() throws {
        let office = try office()
        try office.record(
            "MeetingHeld", "meeting-s1",
            #""kind":"THEME_DAY","branch":"b1","started":"2019-07-31T14:00:00+08:00""#
                + #","ended":"2019-07-31T15:30:00+08:00","chair":"b1-1","agenda":[]"#
                + #","first_topic":false,"expected":7,"present_count":7"#, occurred: "2019-07-31")
        #expect(try study(office, "s1", hours: 0) == "INV-D05")
        #expect(try study(office, "s1", hours: 3) == "INV-D05")
        #expect(try study(office, "s1", hours: 2) == nil)
        #expect(try study(office, "s1", hours: 1) == "INV-D05")
        #expect(try study(office, "s2", hours: 8) == nil)
        // R-LN-04: what crosses the year's end is split.
        #expect(try study(office, "s3", hours: 1, on: "2020-01-01") == "R-LN-04")
        #expect(try study(office, "s3", hours: 1, stream: "learning-b1-1-19") == "R-LN-04")
        #expect(
            try study(office, "s3", hours: 1, on: "2020-01-01", stream: "learning-b1-1-2020")
                == nil)
    }

    private func select(
        _ office: PartyOffice, _ persons: [String], month: String = "2019-07"
    ) throws -> String? {
        try office.refusal(
            "ModelLearnersSelected", "branch-b1",
            #""month":"\#(month)","persons":\#(PartyOffice.list(persons))"#,
            occurred: "\(month)-28")?.rule
    }

    /// X27.
    @Test func twoModelLearnersAMonth() throws {
        let office = try office()
        #expect(try select(office, ["b1-1", "b1-2", "b1-3"]) == "R-LN-03")
        #expect(try select(office, ["b1-1", "b1-1"]) == "R-LN-03")
        #expect(try select(office, ["b1-1"]) == "R-LN-03")
        #expect(try select(office, ["b1-1", "stranger"]) == "R-LN-03")
        #expect(try select(office, ["b1-1", "b1-2"]) == nil)
        #expect(try select(office, ["b1-3", "b1-4"]) == "R-LN-03")
        #expect(try select(office, ["b1-1", "b1-2"], month: "2019-08") == nil)
    }

    @Test func modelLearnersWereOnTheRollThatMonth() throws {
        let office = try office()
        try office.record(
            "MembershipEnded", "member-b1-1", #""kind":"WITHDRAWN","on":"2019-07-02","doc":"d""#)
        try office.member("b1-8", of: "b1", on: "2019-07-31")
        #expect(try select(office, ["b1-1", "b1-8"], month: "2019-08") == "R-LN-03")
        #expect(try select(office, ["b1-1", "b1-8"], month: "2019-07") == nil)
    }
}
