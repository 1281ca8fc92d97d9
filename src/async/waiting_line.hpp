// Those who wait for a slot: the interactive ones before the batch, and within a priority one of
// each account in turn, so that nobody waits longer because somebody else asks for more.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "async/slot_claim.hpp"

namespace bedplate {

/// Holds at most `length_max` waiters. A `Waiter` has a `SlotClaim claim` and a `std::uint64_t
/// ticket`, greater than those of all who came before. Not synchronised.
template <class Waiter>
class WaitingLine {
 public:
  using Place = std::shared_ptr<Waiter>;
  /// Less is sooner: the priority, then when the account's turn began.
  using Rank = std::pair<std::size_t, std::uint64_t>;

  explicit WaitingLine(std::size_t length_max) : length_max_(length_max) {}

  /// Whoever had to go; nullptr: nobody, there was room. In a full line that is the latest one of
  /// the account with most waiters in the lowest priority, and the newcomer itself when its own
  /// account has as many, counting it, or its priority is lower than everybody's.
  Place join(Place newcomer) {
    Place gone;
    if (size_ >= length_max_) {
      gone = displaced_by(*newcomer);
      if (!gone) return newcomer;
      leave(gone);
    }
    Account& account = class_of(*newcomer)[newcomer->claim.account];
    if (account.waiting.empty()) account.turn = newcomer->ticket;
    account.waiting.push_back(std::move(newcomer));
    ++size_;
    return gone;
  }

  /// Whose turn it is; there must be one. `ticket` is newer than those of all who wait: the account
  /// comes after all others now.
  Place take_first(std::uint64_t ticket) {
    Accounts& accounts = *first_class();
    const auto at = first_of(accounts);
    Place first = std::move(at->second.waiting.front());
    at->second.waiting.pop_front();
    at->second.turn = ticket;
    if (at->second.waiting.empty()) accounts.erase(at);
    --size_;
    return first;
  }

  /// Nothing happens when it does not wait here.
  void leave(const Place& waiter) {
    Accounts& accounts = class_of(*waiter);
    const auto account = accounts.find(waiter->claim.account);
    if (account == accounts.end()) return;
    auto& waiting = account->second.waiting;
    const auto at = std::find(waiting.begin(), waiting.end(), waiter);
    if (at == waiting.end()) return;
    waiting.erase(at);
    if (waiting.empty()) accounts.erase(account);
    --size_;
  }

  /// Takes over all of `other`, even beyond the length.
  void take_over(WaitingLine& other) {
    for (std::size_t i = 0; i < classes_.size(); ++i) {
      for (auto& [name, theirs] : other.classes_[i]) merge(classes_[i], name, theirs);
      other.classes_[i].clear();
    }
    size_ += std::exchange(other.size_, 0);
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Of the one that take_first() would give; there must be one.
  Rank rank() const {
    const auto at = first_class();
    return {static_cast<std::size_t>(at - classes_.begin()), first_of(*at)->second.turn};
  }

 private:
  struct Account {
    std::uint64_t turn = 0;  ///< since when it is the account's turn
    std::deque<Place> waiting;
  };
  using Accounts = std::map<std::string, Account>;
  using Classes = std::array<Accounts, kPriorities>;

  static std::size_t index_of(const Waiter& waiter) {
    return static_cast<std::size_t>(waiter.claim.priority);
  }
  Accounts& class_of(const Waiter& waiter) { return classes_[index_of(waiter)]; }

  static bool has_waiters(const Accounts& accounts) { return !accounts.empty(); }
  typename Classes::const_iterator first_class() const {
    return std::find_if(classes_.begin(), classes_.end(), has_waiters);
  }
  typename Classes::iterator first_class() {
    return std::find_if(classes_.begin(), classes_.end(), has_waiters);
  }

  /// Of accounts, in a map that is const or not.
  template <class Map>
  static auto first_of(Map& accounts) {
    return std::min_element(accounts.begin(), accounts.end(), [](const auto& a, const auto& b) {
      return a.second.turn < b.second.turn;
    });
  }

  Place displaced_by(const Waiter& newcomer) const {
    const auto last = std::find_if(classes_.rbegin(), classes_.rend(), has_waiters);
    if (last == classes_.rend()) return nullptr;  // nobody may wait at all
    const auto lowest = static_cast<std::size_t>(classes_.rend() - last) - 1;
    if (index_of(newcomer) > lowest) return nullptr;
    const auto most =
        std::max_element(last->begin(), last->end(), [](const auto& a, const auto& b) {
          return a.second.waiting.size() < b.second.waiting.size();
        });
    const auto own = last->find(newcomer.claim.account);
    const std::size_t with_newcomer = own == last->end() ? 1 : own->second.waiting.size() + 1;
    const bool of_the_class = index_of(newcomer) == lowest;
    if (of_the_class && most->second.waiting.size() <= with_newcomer) return nullptr;
    return most->second.waiting.back();
  }

  static void merge(Accounts& into, const std::string& name, Account& theirs) {
    Account& ours = into[name];
    ours.turn = ours.waiting.empty() ? theirs.turn : std::min(ours.turn, theirs.turn);
    std::deque<Place> both;
    std::merge(ours.waiting.begin(), ours.waiting.end(), theirs.waiting.begin(),
               theirs.waiting.end(), std::back_inserter(both),
               [](const Place& a, const Place& b) { return a->ticket < b->ticket; });
    ours.waiting = std::move(both);
  }

  const std::size_t length_max_;
  std::size_t size_ = 0;
  Classes classes_;  ///< the first comes first; no account without a waiter
};

}  // namespace bedplate
