// What the operator decides about access to models (docs/model-access.md).
#pragma once

namespace bedplate::operations {

/// What holds where an account has decided nothing.
enum class DefaultAccess { kOpen, kClosed };

}  // namespace bedplate::operations
