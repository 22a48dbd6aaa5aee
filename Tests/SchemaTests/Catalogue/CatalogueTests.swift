import Schema
import Testing

@Suite struct CatalogueTests {
    @Test func everyTypeIsFoundByNumberNameAndIdentity() {
        #expect(!EventType.all.isEmpty)
        for type in EventType.all {
            #expect(EventType(number: type.number) == type)
            #expect(EventType(name: type.name) == type)
            #expect(EventType(specID: type.specID) == type)
            #expect(type.descriptor.eventType == type)
            #expect(MessageDescriptor.named(type.descriptor.fullName) === type.descriptor)
        }
        #expect(EventType(number: 0) == nil)
        #expect(EventType(name: "branchEstablished") == nil)
        #expect(EventType(specID: "A99") == nil)
    }

    /// The number is 100 × the area's place + the number in the area, in ascending order.
    @Test func numbersFollowFromIdentities() {
        #expect(EventType.all.map(\.number) == EventType.all.map(\.number).sorted())
        for type in EventType.all {
            let area = Area.allCases[Int(type.number / 100) - 1]
            let place = type.number % 100
            #expect(type.area == area)
            #expect(type.specID == "\(area.letter)\(place < 10 ? "0" : "")\(place)")
        }
    }

    @Test func everyTypeIsDescribed() {
        for type in EventType.all {
            #expect((1...3).contains(type.tier))
            #expect(!type.zh.isEmpty && type.doc.hasSuffix("."), "\(type)")
            #expect(type.dataClass != .unspecified)
            for field in type.descriptor.fields {
                #expect(!field.zh.isEmpty, "\(type).\(field.name)")
            }
        }
    }

    @Test func oneTypeInFull() throws {
        let type = EventType.branchEstablished
        #expect(type.number == 112)
        #expect(type.name == "BranchEstablished")
        #expect(type.specID == "A12")
        #expect(type.area == .organisation)
        #expect(type.streamPrefixes == ["branch"])
        #expect(type.descriptor.fullName == "taizhang.organisation.v1.BranchEstablished")
        let kind = try #require(type.descriptor.field(named: "kind"))
        #expect(kind.kind == .enumeration)
        #expect(kind.isRequired)
        #expect(
            kind.enumeration?.words == ["IN_SERVICE", "RETIRED", "JOINT", "TEMPORARY", "MOBILE"])
        #expect(kind.enumeration?.value(word: "RETIRED")?.zh.contains("离退休") == true)
        let org = try #require(type.descriptor.field(named: "org_id"))
        #expect(org.subject == "org")
        #expect(type.descriptor.field(number: org.number) === org)
        let approved = try #require(type.descriptor.field(named: "approved_on"))
        #expect(approved.message?.shape == .moment)
        #expect(type.descriptor.field(number: 0) == nil)
        #expect(type.descriptor.field(number: 5000) == nil)
    }

    @Test func streamsFollowFromPrefixes() {
        #expect(EventType.branchEstablished.accepts(stream: "branch-yq-b1"))
        #expect(!EventType.branchEstablished.accepts(stream: "org-yq"))
        #expect(!EventType.branchEstablished.accepts(stream: "branch-"))
        #expect(!EventType.branchEstablished.accepts(stream: "branch-党"))
        #expect(EventType.recordCorrected.accepts(stream: "org-yq"))
        #expect(!EventType.recordCorrected.accepts(stream: "yq"))
    }

    @Test func unknownEnumerationValuesKeepTheirNumber() throws {
        let kind = try #require(
            EventType.branchEstablished.descriptor.field(named: "kind")?.enumeration)
        #expect(kind.word(1) == "IN_SERVICE")
        #expect(kind.word(77) == "UNKNOWN_77")
        #expect(kind.number("UNKNOWN_77") == 77)
        #expect(kind.number("RETIRED") == 2)
        #expect(kind.number("retired") == nil)
    }

    @Test func modelsHaveTheirTables() throws {
        let funnel = try #require(ModelDescriptor.named("membership_funnel"))
        #expect(ModelDescriptor.named("PJ-12")?.name == "membership_funnel")
        #expect(funnel.specID == "PJ-12")
        #expect(funnel.rows?.model?.model == "membership_funnel")
        #expect(funnel.rows?.model?.kind == .rows)
        #expect(funnel.tables[.persons] != nil)
        #expect(ModelDescriptor.all.map(\.specID) == ModelDescriptor.all.map(\.specID).sorted())
        for model in ModelDescriptor.all { #expect(!model.tables.isEmpty) }
        #expect(ModelDescriptor.named("nothing") == nil)
    }

    @Test func everyReferenceIsResolved() {
        #expect(MessageDescriptor.all.count > EventType.all.count)
        for message in MessageDescriptor.all {
            #expect(message.fields.map(\.number) == message.fields.map(\.number).sorted())
            for field in message.fields {
                #expect((field.message != nil) == (field.kind == .message))
                #expect((field.enumeration != nil) == (field.kind == .enumeration))
                if field.isJSONObject {
                    #expect(field.message?.field(named: "key") != nil)
                    #expect(field.message?.field(named: "value") != nil)
                }
            }
        }
    }

    /// Where a fact without `occurred_at` has its time from.
    @Test(
        arguments: [
            (.branchCoverageChanged, ["on"]), (.branchEstablished, ["approved_on"]),
            (.issueRegistered, ["found_on"]), (.readershipReported, ["read_as_of"]),
            (.serviceVolumeReported, ["period_to"]), (.candidateTrainingCompleted, ["to"]),
            (.reportFiled, ["on", "known_at"]), (.activityHeld, ["on", "started"]),
            (.issueAssigned, []), (.recordVoided, []),
        ] as [(EventType, [String])])
    func timeOfAFactByItsPayload(type: EventType, fields: [String]) {
        #expect(type.occurrenceFields.map(\.name) == fields)
    }
}
