// The walls around a reading child.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace bedplate::documents {

/// Bounds this process and its children for good: address space (not under a sanitizer, which maps
/// terabytes), processor time, open files, no file may grow, no core dump, no new privileges.
/// Throws DocumentError (kReaderFailed).
void limit_resources(std::size_t memory_max_bytes, std::chrono::seconds processor_time);

enum class SandboxKind {
  kLibraries,  ///< memory, the descriptors at hand and time; no file, no process, no socket
  kPrograms,   ///< also reads files below the system's folders and executes programs from there
};

/// From here on every other system call answers ENOSYS (seccomp), and, where the kernel has
/// Landlock, no file outside the system's folders can be opened. Throws DocumentError
/// (kReaderFailed) when the kernel has no seccomp filters.
void enter_sandbox(SandboxKind kind);

}  // namespace bedplate::documents
