// The regular expressions of the service models.
#pragma once

#include <string_view>

namespace bedplate::protocol {

/// Whether the whole of `text` matches `pattern`, as AWS's servers match. A pattern is compiled at
/// its first use and kept, so it must live as long as the process: generated tables do. Text that
/// drives the matcher past its limits does not match. Safe from every thread.
bool matches_pattern(std::string_view pattern, std::string_view text);

/// Whether PCRE2 can compile `pattern`; a test asks this of every generated one.
bool is_valid_pattern(std::string_view pattern);

}  // namespace bedplate::protocol
