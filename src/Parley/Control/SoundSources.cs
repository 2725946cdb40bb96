using Parley.Media.Audio;
using Parley.Media.Files;

namespace Parley.Control;

/// <summary>Opens what commands name to be played, and the music of those who wait.</summary>
internal sealed class SoundSources(UserAgent agent, CallControlOptions options) : IDisposable
{
    private readonly NamedSounds _named = new(options.Prompts, options.Urls, agent.Clips);

    /// <summary>Why it cannot be played, from its name alone; null when it may be tried.</summary>
    public CommandOutcome? Refusal(string source, int repeat)
    {
        try
        {
            _named.Require(source);
            return repeat != 1 && NamedSounds.IsUrl(source) ? new(400, "What is fetched from a URL is played once") : null;
        }
        catch (Exception e) when (OutcomeOf(e) is not null)
        {
            return OutcomeOf(e);
        }
    }

    /// <summary>What a command fails with whose sound cannot be opened or played; null for other faults.</summary>
    public static CommandOutcome? OutcomeOf(Exception fault) => fault switch
    {
        AudioFormatException => new(488, fault.Message),
        FormatException => new(400, fault.Message),
        UnauthorizedAccessException => new(403, fault.Message),
        IOException => new(404, fault.Message),
        _ => null,
    };

    /// <summary>Opens it for a party.</summary>
    /// <inheritdoc cref="NamedSounds.OpenAsync" path="/exception"/>
    public ValueTask<IAudioSource> OpenAsync(string source, Call call, CancellationToken cancel) => _named.OpenAsync(source, RateOf(call), cancellationToken: cancel);

    /// <summary>Opens the music of those who wait; it has no end.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public async ValueTask<IAudioSource> OpenMusicAsync(Call call, CancellationToken cancel)
    {
        if (ToneName.TryParse(options.HoldMusic!, out var tone))
            return new ToneSource(tone.Hertz, RateOf(call));
        try
        {
            return new AudioClipSource(await agent.Clips.GetAsync(options.HoldMusic!, cancel).ConfigureAwait(false), RateOf(call), repeat: true);
        }
        catch (AudioFormatException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    public void Dispose() => _named.Dispose();

    private static int RateOf(Call call) => call.Codec?.SampleRate ?? 8000;
}
