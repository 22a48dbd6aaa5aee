/// One of the two root ("meta") pages at the start of an LMDB 0.9 data file.
///
/// Layout on 64-bit machines, in the machine's byte order: page header of 16 bytes (number 8, pad
/// 2, flags 2, bounds 4), then magic 4, version 4, address 8, map size 8, two tree descriptions of
/// 48 bytes (the first begins with the page size, 4), last page 8, transaction 8. From the
/// structures `MDB_page`, `MDB_meta` and `MDB_db` of LMDB 0.9.24. There is no checksum.
struct RootPage: Equatable {
    static let size = 152
    static let pageSizes = [512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768, 65_536]

    private static let magic: UInt32 = 0xBEEF_C0DE
    private static let version: UInt32 = 1
    private static let rootFlag: UInt16 = 0x08

    let pageSize: Int
    let lastPage: UInt64
    let transaction: UInt64

    /// Nil when these bytes are no root page, or one that a file of `fileBytes` cannot have.
    init?(_ bytes: RawSpan, fileBytes: Int) {
        guard bytes.byteCount >= Self.size,
            bytes.unsafeLoadUnaligned(fromByteOffset: 10, as: UInt16.self) & Self.rootFlag != 0,
            bytes.unsafeLoadUnaligned(fromByteOffset: 16, as: UInt32.self) == Self.magic,
            bytes.unsafeLoadUnaligned(fromByteOffset: 20, as: UInt32.self) == Self.version
        else { return nil }
        pageSize = Int(bytes.unsafeLoadUnaligned(fromByteOffset: 40, as: UInt32.self))
        lastPage = bytes.unsafeLoadUnaligned(fromByteOffset: 136, as: UInt64.self)
        transaction = bytes.unsafeLoadUnaligned(fromByteOffset: 144, as: UInt64.self)
        guard Self.pageSizes.contains(pageSize),
            lastPage < UInt64(max(fileBytes, 0) / pageSize)
        else { return nil }
    }
}
