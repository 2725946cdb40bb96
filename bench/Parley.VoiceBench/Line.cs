using System.Net;
using Parley.Client.Voice;
using Parley.SpeechBench;

namespace Parley.VoiceBench;

/// <summary>One call: the program, the phone's ear and mouth, the recogniser of it.</summary>
internal sealed class Line(string name)
{
    private long _lastAudible;
    private long _firstAudible;

    public string Name => name;

    public VoiceClient Client { get; set; } = null!;

    public ScriptedRecogniser Recogniser { get; } = new();

    /// <summary>Where the server takes its audio; null until it has called.</summary>
    public volatile IPEndPoint? Address;

    /// <summary>Whether the phone speaks.</summary>
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
}
