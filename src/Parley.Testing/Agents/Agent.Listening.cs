using System.Globalization;
using Parley.Media.Files;
using Parley.Testing.Audio;
using Parley.Testing.Expectations;

namespace Parley.Testing.Agents;

/// <content>
/// What it expects to hear. Each check looks every 100 ms at what has been heard since it began, in whichever call is the current one; a check that cannot come true any more
/// because the call is over fails at once.
/// </content>
public sealed partial class Agent
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_shortWindow = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_connectionWindow = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_connectionGap = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(500);

    private const double ConnectionTone = 1_000;
    private const double OtherTone = 1_300;
    private const int Windows = 5;

    // -50 dBov, what the engine's own detector calls silence.
    private const double QuietRms = 104;

    /// <summary>
    /// Expects a tone: half of the energy of 200 ms, or a fifth of that of the whole window. It is looked for as long as five windows take.
    /// </summary>
    /// <param name="hertz">Frequency.</param>
    /// <param name="within">The window.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">It was not heard.</exception>
    public Task VerifyAudioAsync(double hertz, TimeSpan within, CancellationToken cancel = default) => VerifyAudioAsync(hertz, within, strict: false, cancel);

    /// <summary>Expects a tone, and if strict nothing louder beside it: then it must be half of the energy, however long it is looked.</summary>
    /// <inheritdoc cref="VerifyAudioAsync(double, TimeSpan, CancellationToken)"/>
    public async Task VerifyAudioAsync(double hertz, TimeSpan within, bool strict, CancellationToken cancel = default)
    {
        var ear = new Ear(this);
        await HearAsync(
            ear, within * Windows, Text($"a tone at {hertz} Hz"),
            monitor =>
            {
                monitor.Keep(within);
                var brief = ear.Since(s_shortWindow);
                var score = ToneScore.Of(brief, monitor.SampleRate, hertz);
                if (brief.Length >= monitor.SampleRate / 10 && score.Reaches(ToneScore.ShortThreshold))
                    return (true, score.ToString());
                if (strict || !ear.Lasts(within))
                    return (false, score.ToString());
                score = ToneScore.Of(ear.Since(within), monitor.SampleRate, hertz);
                return (score.Reaches(ToneScore.Threshold), score.ToString());
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>Expects not to hear a tone, for a while.</summary>
    /// <param name="hertz">Frequency.</param>
    /// <param name="during">How long.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">It was heard, or there was no audio at all to look in.</exception>
    public async Task VerifyNoAudioAsync(double hertz, TimeSpan during, CancellationToken cancel = default)
    {
        var ear = new Ear(this);
        var begun = Session.Time.GetTimestamp();
        var heard = default(ToneScore);
        while (Session.Time.GetElapsedTime(begun) < during && CurrentCall is not null)
        {
            await Task.Delay(s_look, Session.Time, cancel).ConfigureAwait(false);
            if (ear.Listen() is not { } monitor)
                continue;
            heard = ToneScore.Of(ear.Since(s_shortWindow), monitor.SampleRate, hertz);
            if (heard.Samples >= monitor.SampleRate / 10 && heard.Reaches(ToneScore.ShortThreshold))
                throw Failed(Text($"no tone at {hertz} Hz"), heard.ToString());
        }

        Decided(Text($"no tone at {hertz} Hz"), heard.Samples > 0, heard.Samples > 0 ? heard.ToString() : Nothing());
    }

    /// <summary>Expects that it becomes quiet.</summary>
    /// <param name="within">How long it is waited for.</param>
    /// <param name="quiet">How long it must be quiet. Default 500 ms.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">It did not, or there was no audio at all.</exception>
    public async Task VerifySilenceAsync(TimeSpan within, TimeSpan? quiet = null, CancellationToken cancel = default)
    {
        var ear = new Ear(this);
        var length = quiet ?? s_quiet;
        await HearAsync(
            ear, within, Text($"silence of {Durations.Print(length)}"),
            monitor =>
            {
                monitor.Keep(length);
                var score = ToneScore.Of(ear.Since(length), monitor.SampleRate, ConnectionTone);
                return (ear.Lasts(length) && score.Rms < QuietRms, Text($"rms {score.Rms:0}, {score.Samples} samples"));
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>Expects digits in the current call: those that were pressed end with them, or have them somewhere.</summary>
    /// <param name="digits">What is expected.</param>
    /// <param name="within">How long it is waited for.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">They did not come.</exception>
    public Task VerifyDtmfAsync(string digits, TimeSpan within, CancellationToken cancel = default) => Wait.UntilAsync(
        () => Expect.That(ReceivedDtmf, $"{Name} received_dtmf").Contains(digits.ToUpperInvariant()), within, time: Session.Time, cancel: cancel);

    /// <summary>Expects to hear what is in a file, from its beginning to its end, wherever in the call.</summary>
    /// <param name="path">A sound file: WAV, and with libsndfile MP3, Ogg, Opus, FLAC; of a long one the first ten seconds count.</param>
    /// <param name="within">How long it is waited for; longer than the file.</param>
    /// <param name="threshold">How alike they must be, 0 to 1. Default 0.6: the same words through a telephone have 0.8 and more, others 0.4.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">It was not heard.</exception>
    /// <exception cref="AgentException">The file cannot be read.</exception>
    public async Task VerifyFileAsync(string path, TimeSpan within, double threshold = 0.6, CancellationToken cancel = default)
    {
        var reference = await ReferenceAsync(path, cancel).ConfigureAwait(false);
        var length = TimeSpan.FromSeconds((double)reference.Length / AudioLikeness.Rate);
        var ear = new Ear(this);
        var (likeness, next) = (0.0, 0L);
        await HearAsync(
            ear, within, Text($"the audio of {path} (likeness {threshold:0.00})"),
            monitor =>
            {
                monitor.Keep(length * 2);
                // Every half second is often enough: what is looked at is longer, and laying it on at every place is work.
                if (ear.Lasts(length) && monitor.Written >= next)
                {
                    next = monitor.Written + (monitor.SampleRate / 2);
                    likeness = AudioLikeness.Of(Media.Audio.Resampler.Convert(ear.Since(length * 2), monitor.SampleRate, AudioLikeness.Rate), reference);
                }

                return (likeness >= threshold, Text($"likeness {likeness:0.00}"));
            },
            cancel).ConfigureAwait(false);
    }

    /// <summary>Expects that the other agent hears this one, and this one not the other, although both speak.</summary>
    /// <param name="hears">Who hears.</param>
    /// <param name="within">The window. Default 2 s.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">Both hear each other, or neither does.</exception>
    public async Task VerifyOneWayAsync(Agent hears, TimeSpan? within = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(hears);
        await SendAudioAsync(AudioSpec.Tone(ConnectionTone), cancel).ConfigureAwait(false);
        await hears.SendAudioAsync(AudioSpec.Tone(OtherTone), cancel).ConfigureAwait(false);
        try
        {
            await hears.VerifyAudioAsync(ConnectionTone, within ?? s_connectionWindow, cancel).ConfigureAwait(false);
            await VerifyNoAudioAsync(OtherTone, within ?? s_connectionWindow, cancel).ConfigureAwait(false);
        }
        finally
        {
            await SendAudioAsync(AudioSpec.Silent(), CancellationToken.None).ConfigureAwait(false);
            await hears.SendAudioAsync(AudioSpec.Silent(), CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Expects that both hear each other: 1000 Hz from this one to the other, then back; who has spoken is silent after.</summary>
    /// <param name="other">The other.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="ExpectationException">One does not hear the other.</exception>
    public async Task VerifyAudioConnectionAsync(Agent other, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        await ProveAsync(this, other, cancel).ConfigureAwait(false);
        await Task.Delay(s_connectionGap, Session.Time, cancel).ConfigureAwait(false);
        await ProveAsync(other, this, cancel).ConfigureAwait(false);
    }

    private static async Task ProveAsync(Agent speaks, Agent hears, CancellationToken cancel)
    {
        await speaks.SendAudioAsync(AudioSpec.Tone(ConnectionTone), cancel).ConfigureAwait(false);
        try
        {
            await hears.VerifyAudioAsync(ConnectionTone, s_connectionWindow, cancel).ConfigureAwait(false);
        }
        finally
        {
            await speaks.SendAudioAsync(AudioSpec.Silent(), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<short[]> ReferenceAsync(string path, CancellationToken cancel)
    {
        try
        {
            var clip = await Session.Clips.GetAsync(path, cancel).ConfigureAwait(false);
            var samples = clip.At(AudioLikeness.Rate).Span;
            return samples[..Math.Min(samples.Length, 10 * AudioLikeness.Rate)].ToArray();
        }
        catch (Exception e) when (e is AudioFormatException or IOException or UnauthorizedAccessException)
        {
            // What is inside does not name the file a second time.
            throw AgentException.Of(Name, $"cannot read `{path}`: {(e.InnerException as AudioFormatException ?? e).Message}", e);
        }
    }

    // Looks until it is so, the time is over, or the call is.
    private async Task HearAsync(Ear ear, TimeSpan limit, string expected, Func<AudioMonitor, (bool Ok, string Actual)> look, CancellationToken cancel)
    {
        var begun = Session.Time.GetTimestamp();
        var actual = Nothing();
        while (true)
        {
            if (ear.Listen() is { } monitor)
            {
                (var ok, actual) = look(monitor);
                if (ok)
                {
                    Decided(expected, true, actual);
                    return;
                }
            }

            if (CurrentCall is null)
                throw Failed(expected, $"{actual}; {Nothing()}");
            if (Session.Time.GetElapsedTime(begun) >= limit)
                throw Failed(expected, actual);
            await Task.Delay(s_look, Session.Time, cancel).ConfigureAwait(false);
        }
    }

    private string Nothing() => CurrentCall is null ? "no active call" : "no audio in the call";

    private void Decided(string expected, bool ok, string actual)
    {
        if (!ok)
            throw Failed(expected, actual);
        ExpectationScope.Current?.Report(new AssertionRecord(Name, expected, true, actual));
    }

    private ExpectationException Failed(string expected, string actual)
    {
        ExpectationScope.Current?.Report(new AssertionRecord(Name, expected, false, actual));
        return new ExpectationException(Name, expected, actual);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>What was heard since a check began, whichever call is the current one meanwhile.</summary>
    private sealed class Ear(Agent agent)
    {
        private AudioMonitor? _monitor = agent.CurrentCall?.Monitor;
        private long _from = agent.CurrentCall?.Monitor?.Written ?? 0;

        public AudioMonitor? Listen()
        {
            var now = agent.CurrentCall?.Monitor;
            if (now is not null && !ReferenceEquals(now, _monitor))
                (_monitor, _from) = (now, 0);
            return now;
        }

        public short[] Since(TimeSpan window) => _monitor?.Newest(window, _from) ?? [];

        public bool Lasts(TimeSpan window) => _monitor is { } monitor && monitor.Written - _from >= window.TotalSeconds * monitor.SampleRate;
    }
}
