// What went wrong with a command, for whoever typed it.
#pragma once

#include <functional>

namespace bedplate::app {

/// Runs a command and returns its exit status. What it throws is printed on standard error: a
/// std::invalid_argument is the user's to mend and gives 2, anything else 1.
int reporting(const std::function<int()>& command);

}  // namespace bedplate::app
