import Schema
import TestSupport
import Testing

@Suite struct SubjectsTests {
    private func subjects(
        _ type: EventType, _ stream: String, _ payload: JSONValue
    ) throws -> [String] {
        let bytes = try MessageJSON.decode(type.descriptor, payload)
        return Subjects.of(type: type, stream: stream, payload: bytes)
    }

    @Test func namesFieldsAndOwnStream() throws {
        let found = try subjects(
            .branchCoverageChanged, "branch-b1",
            .members(["added": .array([.string("d1")]), "on": .string("2020-01-02")]))
        #expect(found.contains("branch-b1"))
        #expect(found == found.sorted())
        #expect(Set(found).count == found.count)
    }

    @Test func namesNestedFieldsAndFullSubjects() throws {
        let found = try subjects(
            .checklistAdopted, "checklist-c1",
            .members([
                "kind": .string("WORK"), "holder": .string("branch-b9"), "period": .string("2019"),
                "items": .array([
                    .members([
                        "item_id": .string("1"), "title": .string("t"), "owner": .string("p2"),
                    ]),
                    .members([
                        "item_id": .string("2"), "title": .string("u"), "owner": .string("p1"),
                    ]),
                    .members([
                        "item_id": .string("3"), "title": .string("v"), "owner": .string("p2"),
                    ]),
                ]),
            ]))
        #expect(found == ["branch-b9", "checklist-c1", "person-p1", "person-p2"])
    }

    @Test func namesKeysOfObjects() throws {
        let found = try subjects(
            .democraticAppraisalConcluded, "branch-b1",
            .members([
                "year": .integer(2020), "meeting_id": .string("m1"),
                "grades": .members(["p7": .string("EXCELLENT"), "p3": .string("QUALIFIED")]),
                "base_count": .integer(2),
            ]))
        #expect(found == ["branch-b1", "meeting-m1", "person-p3", "person-p7"])
    }

    /// Few subjects are collected otherwise than many; both find each of them.
    @Test(arguments: [1, 5, 30, 60, 61, 62, 200, 2_000])
    func namesHoweverManyThereAre(count: Int) throws {
        let people = (0..<count).map { "p\($0)" }
        let found = try subjects(
            .democraticAppraisalConcluded, "branch-b1",
            .members([
                "year": .integer(2020), "meeting_id": .string("m1"),
                "grades": .object(
                    JSONObject(
                        people.map {
                            JSONObject.Member(key: $0, value: .string("EXCELLENT"))
                        })),
                "base_count": .integer(Int64(count)),
            ]))
        let expected = ["branch-b1", "meeting-m1"] + people.map { "person-\($0)" }
        #expect(found == expected.sorted())
    }

    @Test func textThatIsNoFullSubjectNamesNothing() throws {
        let found = try subjects(
            .integrityModelDesignated, "org-h1",
            .members([
                "kind": .string("DEPARTMENT"), "subject": .string("外科"),
                "on": .string("2020-01-02"), "issuer": .string("区卫健委"),
            ]))
        #expect(found == ["org-h1"])
    }

    @Test(
        arguments: [
            ("member-p1", "person-p1"), ("integrity-p-1", "person-p-1"),
            ("learning-p-1-2019", "person-p-1"), ("pioneer-p1-2019Q2", "person-p1"),
            ("pioneer-p1-2019", "person-p1"), ("star-yq-b1-2023", "branch-yq-b1"),
            ("learning-p1", nil), ("pioneer-p1-2019Q5", nil), ("star-2023", nil), ("org-x", nil),
            ("nohyphen", nil), ("star--2023", nil),
        ] as [(String, String?)])
    func streamsImplySubjects(stream: String, subject: String?) {
        #expect(Subjects.implied(by: stream) == subject)
    }

    @Test func anyBytesGiveSubjectsWithoutATrap() {
        withSeeds(10) { random, _ in
            for _ in 0..<300 {
                let bytes = (0..<24).map { _ in UInt8.random(in: 0...255, using: &random) }
                let type = EventType.all.randomElement(using: &random) ?? .recordVoided
                let found = Subjects.of(type: type, stream: "org-x", payload: bytes)
                #expect(found.allSatisfy(SubjectForm.isName))
            }
        }
    }
}
