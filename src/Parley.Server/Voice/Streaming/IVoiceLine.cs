using Parley.Media.Audio;
using Parley.Media.Files;
using Parley.Media.Rtp;

namespace Parley.Server.Voice.Streaming;

/// <summary>What a session speaks into and hears from: the audio of its call, or its own socket. What is made here ends with it. For any thread.</summary>
internal interface IVoiceLine
{
    /// <summary>Samples per second at which it is best spoken into.</summary>
    int SampleRate { get; }

    /// <summary>Grows while audio comes: packets, or frames of 20 ms.</summary>
    long Received { get; }

    /// <summary>Speaks a source into it, beside others.</summary>
    /// <param name="source">Read by the clock of the audio, every 20 ms; converted if it has another rate.</param>
    ILinePlayback Play(IAudioSource source);

    /// <summary>Hears it until the result is disposed of, silence included.</summary>
    /// <param name="sink">Written by the clock of the audio; converted to its rate.</param>
    IDisposable Listen(IAudioSink sink);

    /// <summary>Follows the keys the other side presses, until the result is disposed of.</summary>
    /// <param name="pressed">Called by the clock of the audio, or the lane of the call.</param>
    IDisposable WatchDigits(Action<DtmfDigit> pressed);

    /// <summary>Records both directions until the result is disposed of: left what is heard, right what is said. Then the file is whole, or this throws why not.</summary>
    /// <param name="recorder">Closed with it.</param>
    IAsyncDisposable Record(WavRecorder recorder);

    /// <summary>Presses keys.</summary>
    /// <exception cref="ArgumentException">A character is no digit, or an option is out of range.</exception>
    Task SendDigitsAsync(string digits, DtmfOptions? options, CancellationToken cancel);
}

/// <summary>A source being spoken into a line.</summary>
internal interface ILinePlayback
{
    /// <summary>Goes on silently.</summary>
    void Mute();

    /// <summary>Audible again.</summary>
    void Unmute();
}
