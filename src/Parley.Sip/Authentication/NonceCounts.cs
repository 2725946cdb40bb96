namespace Parley.Sip.Authentication;

/// <summary>
/// Which counts of which nonce were used (RFC 7616 §5.5). Remembers the last 64 counts of a nonce, so that requests may overtake each other, and so many
/// nonces; of what had to be forgotten only the time is kept: a nonce that old counts as used. Thread-safe.
/// </summary>
internal sealed class NonceCounts(int limit)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, Window> _windows = [];
    private readonly Queue<(ulong Nonce, long Issued)> _order = new();
    private long _forgottenUntil = long.MinValue;

    /// <summary>Uses a count; false when it was used before or nobody can know.</summary>
    public bool TryUse(ulong nonce, long issued, uint count)
    {
        if (count == 0)
            return false;
        lock (_lock)
        {
            if (!_windows.TryGetValue(nonce, out var window) && !TryAdd(nonce, issued))
                return false;
            var isNew = window.TryUse(count);
            _windows[nonce] = window;
            return isNew;
        }
    }

    private bool TryAdd(ulong nonce, long issued)
    {
        if (issued <= _forgottenUntil)
            return false;
        if (_order.Count == limit)
        {
            var oldest = _order.Dequeue();
            _windows.Remove(oldest.Nonce);
            _forgottenUntil = Math.Max(_forgottenUntil, oldest.Issued);
        }

        _order.Enqueue((nonce, issued));
        return true;
    }

    private struct Window
    {
        private const int Width = 64;

        private uint _highest;
        private ulong _used; // bit n: the count n below the highest

        public bool TryUse(uint count)
        {
            if (count > _highest)
            {
                var step = count - _highest;
                _used = step >= Width ? 1 : _used << (int)step | 1;
                _highest = count;
                return true;
            }

            var below = _highest - count;
            if (below >= Width || (_used >> (int)below & 1) != 0)
                return false;
            _used |= 1UL << (int)below;
            return true;
        }
    }
}
