import CJemalloc

/// The memory allocator of the whole process: jemalloc takes the place of the C library's.
///
/// A request is read on one thread, judged on another and freed on a third. The C library's
/// allocator sends such memory back to the thread it came from under a lock; with jemalloc the
/// server records a third more facts in a second.
enum Allocator {
    /// Lets memory that is no longer used go back to the system while the process is idle.
    static func begin() {
        var isOn = true
        // Without it memory goes back with the next allocations instead: nothing depends on it.
        _ = mallctl("background_thread", nil, nil, &isOn, MemoryLayout<Bool>.size)
    }
}
