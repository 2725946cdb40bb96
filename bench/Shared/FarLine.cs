using System.Diagnostics;

namespace Parley.BenchSupport;

/// <summary>One call as its far end has it: whether it speaks there, and what was heard when.</summary>
internal class FarLine
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private long _lastAudible;
    private long _firstAudible;

    /// <summary>Port of loopback where the server has this call's audio; 0 before there is one.</summary>
    public int Port { get; set; }

    /// <summary>Whether the far end speaks.</summary>
    public volatile bool Speaks;

    /// <summary>When it sent the first packet with a voice, since it was set to 0.</summary>
    public long SpokeAt { get; set; }

    public long LastAudible => Volatile.Read(ref _lastAudible);

    /// <summary>First audible packet since it was set to 0.</summary>
    public long FirstAudible
    {
        get => Volatile.Read(ref _firstAudible);
        set => Volatile.Write(ref _firstAudible, value);
    }

    /// <summary>Arrivals by media time, while somebody wants them.</summary>
    public List<(uint Timestamp, long At)>? Arrivals { get; set; }

    public void Heard(long at, bool audible, uint timestamp)
    {
        Arrivals?.Add((timestamp, at));
        if (!audible)
            return;
        Volatile.Write(ref _lastAudible, at);
        if (FirstAudible == 0)
            FirstAudible = at;
    }

    /// <summary>Waits for <see cref="FirstAudible"/>.</summary>
    public async Task AudibleAsync()
    {
        var waited = Stopwatch.StartNew();
        while (FirstAudible == 0)
        {
            if (waited.Elapsed > s_patience)
                throw new TimeoutException($"Nothing was heard at port {Port} for {s_patience.TotalSeconds} s.");
            await Task.Delay(5);
        }
    }

    /// <summary>Speaks for less than half a second.</summary>
    /// <returns>Milliseconds from its first packet to the last audible one that came, less the padding before a voice counts as speech.</returns>
    public async Task<double> SpeakOverAsync()
    {
        const double Padding = 250;
        SpokeAt = 0;
        Speaks = true;
        await Task.Delay(450);
        Speaks = false;
        var beyond = Rounds.Milliseconds(SpokeAt, LastAudible) - Padding;
        await Task.Delay(250); // the end of speech is told before the next one begins
        return beyond;
    }
}
