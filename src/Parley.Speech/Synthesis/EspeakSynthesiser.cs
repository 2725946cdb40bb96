using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Parley.Speech.Vendors;

namespace Parley.Speech.Synthesis;

/// <summary>
/// espeak-ng as a process: needs no account and no network. Text goes in by its standard input, so nothing of it is ever an option or a file's name. Voices by
/// espeak-ng's names (<c>en-us</c>, <c>de+f2</c>), or by <see cref="SynthesisOptions.Language"/>.
/// </summary>
public sealed class EspeakSynthesiser : SentenceSynthesiser
{
    private const int HeaderBytes = 44;     // espeak-ng's WAV header, always this long
    private const int WordsAMinute = 175;   // its own default

    // A sentence takes it some 20 ms of one processor; more at once would only take longer each.
    private static readonly SemaphoreSlim s_processes = new(Math.Max(4, 2 * Environment.ProcessorCount));

    private readonly SynthesisOptions _options;
    private readonly string _program;

    /// <summary>Makes it; starts nothing yet.</summary>
    /// <param name="options">Voice, speed and volume. <see cref="SynthesisOptions.Extra"/> does not count: what a caller's program sends must not choose what runs on this machine.</param>
    /// <param name="program">What is run; a name is looked for in the PATH.</param>
    /// <exception cref="ArgumentException">An option cannot be.</exception>
    public EspeakSynthesiser(SynthesisOptions options, string program = "espeak-ng")
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _program = program;
        _ = Voice(options.Speaker);
    }

    /// <inheritdoc/>
    public override string Name => "espeak";

    private protected override async IAsyncEnumerable<SynthesisChunk> SpeakAsync(string text, string? speaker, [EnumeratorCancellation] CancellationToken cancel)
    {
        var voice = Voice(speaker ?? _options.Speaker);
        await s_processes.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            using var process = Start(voice);
            try
            {
                var writing = WriteAsync(process, text, cancel);
                var output = process.StandardOutput.BaseStream;
                var bytes = new byte[8192];
                var rate = 0;
                var pcm = new PcmBytes();
                try
                {
                    await output.ReadExactlyAsync(bytes.AsMemory(0, HeaderBytes), cancel).ConfigureAwait(false);
                    rate = BitConverter.ToInt32(bytes, 24);
                }
                catch (EndOfStreamException)
                {
                    // Told below with what it said.
                }

                if (rate is < 4000 or > 192_000) throw await FailedAsync(process, cancel).ConfigureAwait(false);
                while (await output.ReadAsync(bytes, cancel).ConfigureAwait(false) is > 0 and var read)
                    yield return new(pcm.Take(bytes.AsSpan(0, read)), rate);
                await writing.ConfigureAwait(false);
            }
            finally
            {
                if (!process.HasExited) process.Kill();
            }
        }
        finally
        {
            s_processes.Release();
        }
    }

    private Process Start(string voice)
    {
        var start = new ProcessStartInfo(_program) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, StandardInputEncoding = new UTF8Encoding(false) };
        string[] arguments =
        [
            "--stdin", "--stdout", "-b", "1", // UTF-8
            "-v", voice,
            "-s", Math.Clamp((int)(WordsAMinute * _options.Speed), 80, 500).ToString(CultureInfo.InvariantCulture),
            "-a", (_options.Volume * 20).ToString(CultureInfo.InvariantCulture), // 100 is its default, 200 its most
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new SpeechVendorException(Name, VendorFailure.Unavailable, $"{_program} cannot be started: install it, on Debian by apt-get install espeak-ng", error.NativeErrorCode, error);
        }
    }

    private static async Task WriteAsync(Process process, string text, CancellationToken cancel)
    {
        try
        {
            await process.StandardInput.WriteAsync(text.AsMemory(), cancel).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended before it read all; its output tells why.
        }
    }

    private async Task<SpeechVendorException> FailedAsync(Process process, CancellationToken cancel)
    {
        var said = await process.StandardError.ReadToEndAsync(cancel).ConfigureAwait(false);
        await process.WaitForExitAsync(cancel).ConfigureAwait(false);
        return new(Name, VendorFailure.Protocol, Failures.Clean(said), process.ExitCode);
    }

    private string Voice(string? speaker)
    {
        var voice = speaker ?? Language(_options.Language);
        // Voices may be files: a name is a name, not a path.
        if (voice.Length is 0 or > 40 || voice[0] == '-' || !voice.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '+' or '_'))
            throw new ArgumentException($"'{voice}' is no name of a voice of espeak-ng: letters, digits, '-', '+' and '_' are.", nameof(speaker));
        return voice;
    }

    private static string Language(string? language) => language?.ToLowerInvariant() switch
    {
        null or "" => "en-us",
        "zh" or "zh-cn" or "zh-tw" => "cmn",
        "en" or "en-us" => "en-us",
        "en-gb" or "pt-br" or "fr-be" or "fr-ch" or "es-419" => language.ToLowerInvariant(),
        var other => other.Split('-')[0],
    };
}
