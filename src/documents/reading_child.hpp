// The child's side: reads one document or image under the sandbox and answers in frames.
#pragma once

#include <string_view>

namespace bedplate::documents {

/// Reads standard input as `argument` (to_argument() of a ReadingTask) says, writes frames to
/// standard output and ends the process. The whole of `bedplate read-document-child`.
[[noreturn]] void reading_child(std::string_view argument);

}  // namespace bedplate::documents
