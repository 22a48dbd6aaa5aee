import Glibc

/// A TCP socket that never makes its caller wait.
final class DirectSocket {
    let descriptor: CInt

    /// What the system has said to a wish.
    enum Outcome {
        /// So many bytes; of a read, 0 at the end.
        case bytes(Int)
        /// Nothing can be done now.
        case notNow
        case failed(CInt)
    }

    /// Begins to connect; the socket can be written to when that has come to an end.
    ///
    /// - Throws: `SystemCode` that the system refuses with at once.
    init(connectingTo address: DirectAddress) throws(SystemCode) {
        let type = SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        descriptor = socket(address.family, CInt(type), 0)
        guard descriptor >= 0 else { throw SystemCode(errno) }
        var isOn: CInt = 1
        setsockopt(
            descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<CInt>.size))
        let outcome = address.bytes.withUnsafeBytes { bytes in
            connect(
                descriptor, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(bytes.count))
        }
        guard outcome == 0 || errno == EINPROGRESS || errno == EINTR else {
            throw SystemCode(errno)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// What the attempt to connect came to; 0 when it is connected.
    func connectOutcome() -> CInt {
        var code: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else { return errno }
        return code
    }

    func receive(into room: UnsafeMutableRawBufferPointer) -> Outcome {
        outcome(recv(descriptor, room.baseAddress, room.count, 0))
    }

    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        outcome(Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL)))
    }

    private func outcome(_ result: Int) -> Outcome {
        if result >= 0 { return .bytes(result) }
        let code = errno
        return code == EAGAIN || code == EINTR ? .notNow : .failed(code)
    }
}

/// What the system said, by its number (errno(3)).
struct SystemCode: Error {
    let number: CInt

    init(_ number: CInt) {
        self.number = number
    }

    var text: String { String(cString: strerror(number)) }
}

/// Where a socket can connect to.
struct DirectAddress {
    let family: CInt
    /// A `sockaddr` of the family.
    let bytes: [UInt8]

    /// All addresses of a name, in the order in which they are to be tried; waits for the answer.
    ///
    /// - Returns: none when the name cannot be resolved.
    static func resolve(host: String, port: Int) -> [DirectAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &first) == 0 else { return [] }
        defer { freeaddrinfo(first) }
        var addresses: [DirectAddress] = []
        var next = first
        while let entry = next?.pointee {
            next = entry.ai_next
            guard let address = entry.ai_addr else { continue }
            let bytes = UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))
            addresses.append(DirectAddress(family: entry.ai_family, bytes: Array(bytes)))
        }
        return addresses
    }
}
