// An optional value on the heap.
#pragma once

#include <memory>
#include <utility>

namespace bedplate::protocol {

/// Reads like std::optional, copies deeply, and is one pointer wide. The generated unions hold
/// their structures in it: a union's size is then its pointers, not the sum of all its shapes.
/// `T` may be incomplete where the Box is declared.
template <class T>
class Box {
 public:
  using value_type = T;

  Box() = default;
  Box(const T& value) : value_(std::make_unique<T>(value)) {}
  Box(T&& value) : value_(std::make_unique<T>(std::move(value))) {}
  Box(const Box& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
  Box(Box&&) noexcept = default;
  Box& operator=(const Box& other) {
    if (this != &other) value_ = other ? std::make_unique<T>(*other) : nullptr;
    return *this;
  }
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  bool has_value() const noexcept { return value_ != nullptr; }
  explicit operator bool() const noexcept { return has_value(); }
  T& operator*() noexcept { return *value_; }
  const T& operator*() const noexcept { return *value_; }
  T* operator->() noexcept { return value_.get(); }
  const T* operator->() const noexcept { return value_.get(); }
  void reset() noexcept { value_.reset(); }
  /// Makes a fresh value, dropping the one held.
  T& emplace() {
    value_ = std::make_unique<T>();
    return *value_;
  }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace bedplate::protocol
