using System.Numerics;

namespace Parley.Media.Engine;

/// <summary>The sources of a stream, added up to one frame at a time. Lane only.</summary>
internal sealed class AudioOutput
{
    private readonly List<MixInput> _inputs = [];
    private short[] _second = [];

    /// <summary>Sources on it.</summary>
    public int Count => _inputs.Count;

    /// <summary>Has the list of sources fetched (<see cref="IClocked.Approach"/>).</summary>
    public void Approach() => CacheHint.Fetch(_inputs, 32);

    public void Add(MixInput input) => _inputs.Add(input);

    /// <summary>Takes a source off; false when it was not on.</summary>
    public bool Remove(MixInput input) => _inputs.Remove(input);

    /// <summary>Takes all sources off and tells them.</summary>
    public void Clear()
    {
        while (_inputs.Count > 0)
        {
            var input = _inputs[^1];
            _inputs.RemoveAt(_inputs.Count - 1);
            input.End(null);
        }
    }

    /// <summary>Fills the frame; false when no source has audio for it. Sources that have ended are taken off and told.</summary>
    public bool Read(Span<short> frame, int sampleRate, out int ended)
    {
        ended = 0;
        var any = false;
        for (var i = 0; i < _inputs.Count; i++)
        {
            var input = _inputs[i];
            var target = any ? Second(frame.Length) : frame;
            var count = input.Read(target, sampleRate, out var error);
            if (i >= _inputs.Count || !ReferenceEquals(_inputs[i], input))
            {
                i = _inputs.IndexOf(input); // the source took somebody off, perhaps itself, while it was read
            }

            if (count < 0)
            {
                if (!_inputs.Remove(input))
                    continue;
                i--;
                ended++;
                input.End(error);
            }
            else if (count > 0)
            {
                if (any)
                    Add(frame, target);
                any = true;
            }
        }

        return any;
    }

    private Span<short> Second(int length)
    {
        if (_second.Length < length)
            _second = new short[length];
        return _second.AsSpan(0, length);
    }

    private static void Add(Span<short> sum, ReadOnlySpan<short> other)
    {
        var at = 0;
        for (; at + Vector<short>.Count <= sum.Length; at += Vector<short>.Count)
            Vector.AddSaturate(new Vector<short>(sum[at..]), new Vector<short>(other[at..])).CopyTo(sum[at..]);
        for (; at < sum.Length; at++)
            sum[at] = (short)Math.Clamp(sum[at] + other[at], short.MinValue, short.MaxValue);
    }
}
