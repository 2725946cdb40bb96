using System.Runtime.InteropServices;
using Parley.Media.Audio;
using Parley.Speech.Output;

namespace Parley.Speech.Realtime;

/// <summary>
/// What a realtime model says, spoken by the call's player at the pace of speech: it comes faster. Replies are said one behind the other under one play id as long as something of it sounds;
/// of one that is cut is known how much of which reply was heard. One task adds and takes cuts, any thread notes them.
/// </summary>
/// <param name="player">Speaks.</param>
/// <param name="output">Where it does.</param>
internal sealed class RealtimeVoice(SpeechPlayer player, LayeredOutput output)
{
    // Pieces of a few milliseconds are put together, unless what there is will have been heard soon.
    private static readonly TimeSpan Piece = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Resampler _resampler = new(RealtimeWire.SampleRate, output.SampleRate);
    private readonly List<short> _pending = [];
    private readonly List<Reply> _replies = []; // of the present play id
    private short[] _converted = [];
    private volatile string? _playId;
    private volatile string? _cutId;
    private long _cutAt;
    private long _spoken; // samples given to the player under it
    private int _playbacks;
    private byte? _half;

    /// <summary>Says a piece of a reply's audio.</summary>
    /// <param name="item">The reply.</param>
    /// <param name="index">Its part.</param>
    /// <param name="bytes">Little-endian samples; one may be cut by the end.</param>
    public void Add(string item, int index, ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (_cutId is not null) return; // belongs to what is being cut
            if (_playId is null || output.Find(_playId) is null or { Completion.IsCompleted: true }) Begin();
            if (_replies.Count == 0 || _replies[^1].Item != item)
            {
                _half = null;
                _replies.Add(new(item, index, _spoken + _pending.Count));
            }

            Convert(bytes);
            var ahead = Time(_spoken) - (output.Find(_playId!)?.Position ?? default);
            if (Time(_pending.Count) >= Piece || ahead < Soon) Speak(isLast: false);
        }
    }

    /// <summary>No more of the present reply comes.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            if (_playId is not null && _cutId is null) Speak(isLast: true);
        }
    }

    /// <summary>Takes note that a playback is being cut, and of how much of it was heard. It takes no lock: whoever cuts holds the player's, which is taken under ours elsewhere.</summary>
    /// <returns>False when the playback is another's.</returns>
    public bool Note(string? playId)
    {
        if (playId is null || playId != _playId || output.Find(playId) is not { } layer) return false;
        Volatile.Write(ref _cutAt, layer.Position.Ticks);
        _cutId = playId;
        return true;
    }

    /// <summary>What of the replies in a playback that was cut was heard.</summary>
    /// <returns>Replies that were not heard to their ends, with the milliseconds that were; none when nothing was cut.</returns>
    public IReadOnlyList<(string Item, int Index, int Milliseconds)> TakeCut()
    {
        lock (_gate)
        {
            if (_cutId is null) return [];
            var heard = Volatile.Read(ref _cutAt) * output.SampleRate / TimeSpan.TicksPerSecond;
            var total = _spoken + _pending.Count;
            var cut = new List<(string, int, int)>();
            for (var i = 0; i < _replies.Count; i++)
            {
                var end = i + 1 < _replies.Count ? _replies[i + 1].Start : total;
                if (end > heard) cut.Add((_replies[i].Item, _replies[i].Index, (int)(Math.Max(0, heard - _replies[i].Start) * 1_000 / output.SampleRate)));
            }

            Forget();
            _cutId = null;
            return cut;
        }
    }

    private void Begin()
    {
        Forget();
        _playId = $"realtime-{++_playbacks}";
        _resampler.Reset();
    }

    private void Forget()
    {
        _pending.Clear();
        _replies.Clear();
        _playId = null;
        (_spoken, _half) = (0, null);
    }

    private void Convert(ReadOnlySpan<byte> bytes)
    {
        var pcm = new short[(bytes.Length + 1) / 2];
        var count = 0;
        if (_half is { } low && !bytes.IsEmpty)
        {
            pcm[count++] = (short)(low | (bytes[0] << 8));
            bytes = bytes[1..];
            _half = null;
        }

        if ((bytes.Length & 1) != 0) _half = bytes[^1];
        var whole = MemoryMarshal.Cast<byte, short>(bytes);
        whole.CopyTo(pcm.AsSpan(count));
        count += whole.Length;
        if (_converted.Length < _resampler.MaxOutput(count)) _converted = new short[_resampler.MaxOutput(count)];
        _pending.AddRange(_converted.AsSpan(0, _resampler.Process(pcm.AsSpan(0, count), _converted)));
    }

    private void Speak(bool isLast)
    {
        var pcm = _pending.ToArray();
        _pending.Clear();
        _spoken += pcm.Length;
        if (pcm.Length == 0 && !isLast) return;
        player.Speak(new() { PlayId = _playId, Pcm = pcm, PcmSampleRate = output.SampleRate, EndOfStream = isLast });
        // Cut just before: this began it anew.
        if (_cutId is not null) output.Find(_playId!)?.Stop();
    }

    private TimeSpan Time(long samples) => TimeSpan.FromSeconds((double)samples / output.SampleRate);

    private sealed record Reply(string Item, int Index, long Start);
}
