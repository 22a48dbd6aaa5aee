import Testing

/// What the program says about itself, without a server.
@Suite struct CommandLineTests {
    @Test func withoutArgumentsItShowsHelp() throws {
        let finished = try Executable.run([])
        #expect(finished.status == 0)
        #expect(finished.output.contains("USAGE: taizhang <subcommand>"))
        #expect(finished.output.contains("EXAMPLES"))
    }

    @Test(arguments: [
        ["serv"], ["serve"], ["query"], ["query", "talent_pipeline", "--orgg", "na"],
        ["import"], ["read", "--from", "x"], ["serve", "--data", "d", "--lang", "fr"],
    ])
    func wrongUsageIs64(arguments: [String]) throws {
        let finished = try Executable.run(arguments)
        #expect(finished.status == 64)
        #expect(finished.errors.contains("Error: "))
        #expect(finished.output.isEmpty)
    }

    @Test func aServerThatIsNotThereIs69() throws {
        let finished = try Executable.run(["status", "--server", "127.0.0.1:1", "--lang", "en"])
        #expect(finished.status == 69)
        #expect(finished.errors.contains("127.0.0.1:1"), "\(finished.errors)")
        #expect(finished.errors.contains("Connection refused"), "\(finished.errors)")
        #expect(finished.errors.contains("taizhang serve"), "\(finished.errors)")
    }

    @Test func anAddressThatIsNoneIs64() throws {
        for address in ["somewhere", "127.0.0.1:99999", ":7400"] {
            let finished = try Executable.run(["status", "--server", address, "--lang", "en"])
            #expect(finished.status == 64)
            #expect(finished.errors.contains(address), "\(finished.errors)")
        }
    }

    @Test func theServersAddressMayStandInTheEnvironment() throws {
        let finished = try Executable.run(
            ["status", "--lang", "en"], environment: ["TAIZHANG_SERVER": "127.0.0.1:2"])
        #expect(finished.status == 69)
        #expect(finished.errors.contains("127.0.0.1:2"), "\(finished.errors)")
    }

    @Test func exitCodesAreDocumented() throws {
        let codes = try Executable.run(["describe", "exit-codes", "--json"]).objects()
        #expect(
            codes.compactMap { $0["code"] as? Int } == [
                0, 1, 64, 65, 66, 69, 70, 74, 75, 76, 77, 78, 130,
            ])
    }

    @Test func everyEventAndModelIsDescribed() throws {
        let all = try Executable.run(["describe", "--json"]).objects()
        let events = all.compactMap { $0["event"] as? String }
        let models = all.compactMap { $0["model"] as? String }
        #expect(events.contains("BranchEstablished"))
        #expect(events.contains("PerformancePayLinked"))
        #expect(
            Set(models).isSuperset(of: [
                "talent_pipeline", "brand_metrics", "fortress_rating", "pioneer_index_quarter",
                "performance_link", "rectification_ledger", "rectification_summary",
                "membership_funnel", "branch_health",
            ]))
        for name in [events[0], events[events.count - 1], models[0]] {
            #expect(try Executable.run(["describe", name]).status == 0)
        }
        let unknown = try Executable.run(["describe", "BranchEstablishd", "--lang", "en"])
        #expect(unknown.status == 66)
        #expect(unknown.errors.contains("Did you mean BranchEstablished?"))
    }
}
