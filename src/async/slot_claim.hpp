// Who asks for a slot of an Admission, and with what right.
#pragma once

#include <string>

namespace bedplate {

/// The lower ones get a slot only while none of the higher ones waits.
enum class Priority {
  kInteractive,  ///< somebody waits for the answer
  kBatch,        ///< a job in the background
};
inline constexpr int kPriorities = 2;

struct SlotClaim {
  std::string account = {};  ///< those of one priority take turns by it
  std::string holder = {};   ///< see Admission::reserve(); empty: nothing is set aside for it
  Priority priority = Priority::kInteractive;
};

}  // namespace bedplate
