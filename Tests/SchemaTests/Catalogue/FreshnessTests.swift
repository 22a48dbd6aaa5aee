import Glibc
import Testing

/// The generated files must be those that the schema gives.
@Suite struct FreshnessTests {
    private static var root: String {
        #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined()
    }

    private static var hasTools: Bool {
        access("/usr/bin/protoc", X_OK) == 0
            && access("/usr/lib/python3/dist-packages/google/protobuf", R_OK) == 0
    }

    @Test(.enabled(if: hasTools, "protobuf-compiler and python3-protobuf are not installed"))
    func generatedFilesAreFresh() throws {
        let status = try run("\(Self.root)/Tools/generate-schemas", "--check")
        #expect(status == 0, "run Tools/generate-schemas")
    }

    /// Runs a program without arguments from the shell and returns its exit status.
    private func run(_ program: String, _ argument: String) throws -> Int32 {
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(program), strdup(argument), nil]
        defer { for pointer in arguments { free(pointer) } }
        var process: pid_t = 0
        let failure = posix_spawn(&process, program, nil, nil, &arguments, environ)
        try #require(failure == 0, "cannot start \(program): \(failure)")
        var status: Int32 = 0
        try #require(waitpid(process, &status, 0) == process)
        return status >> 8 & 0xFF
    }
}
