using Parley.Speech.Activity;

namespace Parley.Speech.Recognition;

/// <summary>A vendor that turns speech into text. Used by many calls at once.</summary>
public interface IRecogniser
{
    /// <summary>Its name in events.</summary>
    string Name { get; }

    /// <summary>Samples per second it wants.</summary>
    int SampleRate { get; }

    /// <summary>Opens a connection for one call.</summary>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="Vendors.SpeechVendorException">It could not be opened.</exception>
    Task<IRecogniserConnection> ConnectAsync(CancellationToken cancel);
}

/// <summary>A connection to a recogniser. One sends, another receives, both at the same time.</summary>
public interface IRecogniserConnection : IAsyncDisposable
{
    /// <summary>Sends audio.</summary>
    /// <param name="pcm">Mono samples that follow those sent before, valid during the call; none as a sign of life when there has been no audio for 5 s.</param>
    /// <param name="cancel">Ends it, and the connection.</param>
    /// <exception cref="Vendors.SpeechVendorException">The connection broke.</exception>
    ValueTask SendAsync(ReadOnlyMemory<short> pcm, CancellationToken cancel);

    /// <summary>Tells what the voice activity detector found, for vendors that work by utterance. In order with the audio.</summary>
    /// <param name="change">The change; its times count from the call's beginning.</param>
    /// <param name="cancel">Ends it, and the connection.</param>
    ValueTask HeardAsync(VoiceActivityChange change, CancellationToken cancel);

    /// <summary>Waits for the next words.</summary>
    /// <param name="cancel">Ends it, and the connection.</param>
    /// <exception cref="Vendors.SpeechVendorException">It failed, or was closed.</exception>
    ValueTask<RecogniserResult> ReceiveAsync(CancellationToken cancel);
}

/// <summary>Words as a vendor gives them.</summary>
/// <param name="Text">The words; empty for a sign of life.</param>
/// <param name="IsFinal">Whether they will not change any more.</param>
/// <param name="Start">When they begin, counted from the connection's first sample; null when the vendor does not say.</param>
/// <param name="End">When they end.</param>
/// <param name="Confidence">How sure it is, 0 to 1; null when it does not say.</param>
/// <param name="TaskId">The vendor's name for the session.</param>
public sealed record RecogniserResult(string Text, bool IsFinal, TimeSpan? Start = null, TimeSpan? End = null, double? Confidence = null, string? TaskId = null);
