using System.Security.Cryptography;

namespace Parley.Services.Admission;

/// <summary>
/// A token bucket for each of so many sources, in an array that never grows: a source can be in one of four places, found by a keyed hash so that nobody can choose whom to
/// push out. A bucket that is full again says the same as none, so its place is free. Thread-safe.
/// </summary>
internal sealed class RateTable
{
    private const int Ways = 4;
    private const int Locks = 64;

    private readonly Bucket[] _buckets;
    private readonly Lock[] _locks = [.. Enumerable.Range(0, Locks).Select(_ => new Lock())];
    private readonly ulong _secret = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8)) | 1;
    private readonly TimeProvider _time;
    private readonly float _perMillisecond;
    private readonly float _burst;
    private readonly long _start;
    private readonly int _sets;

    /// <param name="time">The clock.</param>
    /// <param name="sources">Sources remembered.</param>
    /// <param name="rate">Tokens a second.</param>
    /// <param name="burst">Tokens in a full bucket.</param>
    public RateTable(TimeProvider time, int sources, int rate, int burst)
    {
        _time = time;
        _start = time.GetTimestamp();
        _sets = Math.Max(1, sources / Ways);
        _buckets = new Bucket[_sets * Ways];
        _perMillisecond = rate / 1000f;
        _burst = Math.Max(burst, 1);
    }

    /// <summary>Takes a token; false when there is none left.</summary>
    public bool TryTake(SourceKey source)
    {
        var now = (long)_time.GetElapsedTime(_start).TotalMilliseconds;
        var set = (int)(Mix(source.Bits) % (uint)_sets);
        lock (_locks[set % Locks])
        {
            ref var bucket = ref Find(_buckets.AsSpan(set * Ways, Ways), source, now);
            var tokens = Math.Min(_burst, bucket.Tokens + (now - bucket.At) * _perMillisecond);
            bucket.At = now;
            bucket.Tokens = tokens >= 1 ? tokens - 1 : tokens;
            return tokens >= 1;
        }
    }

    private ref Bucket Find(Span<Bucket> set, SourceKey source, long now)
    {
        var quietest = 0;
        var fullest = -1f;
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i].IsUsed && set[i].Source == source)
                return ref set[i];
            var tokens = set[i].IsUsed ? set[i].Tokens + (now - set[i].At) * _perMillisecond : float.MaxValue;
            if (tokens > fullest)
                (quietest, fullest) = (i, tokens);
        }

        set[quietest] = new Bucket { Source = source, IsUsed = true, Tokens = _burst, At = now };
        return ref set[quietest];
    }

    private ulong Mix(ulong bits)
    {
        var product = Math.BigMul(bits ^ _secret, 0x9E37_79B9_7F4A_7C15 ^ _secret, out var low);
        return product ^ low;
    }

    private struct Bucket
    {
        public SourceKey Source;
        public long At;
        public float Tokens;
        public bool IsUsed;
    }
}
