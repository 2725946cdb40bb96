using System.Net.Sockets;
using System.Text.Json;

namespace Parley.Interop.Tests.Harness;

internal sealed record BaresipOptions
{
    /// <summary>udp, tcp or tls: what it calls with and is called by.</summary>
    public string Transport { get; init; } = "udp";

    /// <summary>What the phone speaks into the call.</summary>
    public int ToneHz { get; init; } = 700;

    /// <summary>What it speaks instead, at 8 kHz; it has to last longer than the call. Empty for the tone. Not with G722.</summary>
    public ReadOnlyMemory<short> Microphone { get; init; }

    /// <summary>auto answers at once; manual waits for <see cref="Baresip.AcceptAsync"/>.</summary>
    public string Answer { get; init; } = "auto";

    /// <summary>PCMU, PCMA, G722 or opus; empty offers PCMU, then PCMA.</summary>
    public string Codec { get; init; } = "";

    /// <summary>srtp, srtp-mand or srtp-mandf: how it encrypts its audio; empty for not at all.</summary>
    public string Encryption { get; init; } = "";

    /// <summary>With an account it registers, and is called by its name; without, it is called at its own address.</summary>
    public PhoneAccount? Account { get; init; }
}

/// <summary>How a phone registers.</summary>
/// <param name="Name">User part of its address, and of its credentials.</param>
/// <param name="Server">Host and port of the registrar.</param>
internal sealed record PhoneAccount(string Name, string Server)
{
    public string Password { get; init; } = "secret";

    /// <summary>An outbound proxy, such as sip:127.0.0.1:5060;transport=udp; empty for none.</summary>
    public string Proxy { get; init; } = "";

    /// <summary>Whose presence it watches: addresses of contacts. Messages go to the first of them.</summary>
    public IReadOnlyList<string> Contacts { get; init; } = [];

    /// <summary>How often it publishes its own presence, in seconds; 0 for never.</summary>
    public int PublishInterval { get; init; }
}

/// <summary>
/// Debian's baresip 1.0.0 without a screen or sound card: commands and events by its control port (module ctrl_tcp), a WAV as
/// microphone (aufile), what it hears written to a WAV (sndfile).
/// </summary>
internal sealed class Baresip : IAsyncDisposable
{
    private const string Answer = "RESPONSE";
    private static readonly TimeSpan Patience = Eventually.Patience;
    private readonly ChildProcess _process;
    private readonly TempFolder _folder;
    private readonly TcpClient _control;
    private readonly List<BaresipEvent> _events = [];
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly bool _registers;
    private int _seen;

    private Baresip(ChildProcess process, TempFolder folder, TcpClient control, string uri, BaresipOptions options)
    {
        (_process, _folder, _control, Uri, _registers, ToneHz) = (process, folder, control, uri, options.Account is not null, options.ToneHz);
        _reading = ReadAsync();
    }

    /// <summary>Where it can be called.</summary>
    public string Uri { get; }

    /// <summary>What it speaks into its calls.</summary>
    public int ToneHz { get; }

    public string Log => _process.Output;

    public IReadOnlyList<BaresipEvent> Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    public static async Task<Baresip> StartAsync(BaresipOptions? options = null)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await StartOnceAsync(options ?? new());
            }
            catch (Xunit.Sdk.XunitException e) when (tries < 5 && e.Message.Contains("Address already in use", StringComparison.Ordinal))
            {
                // Somebody else on this machine was given a port between our finding it free and baresip's using it.
            }
        }
    }

    private static async Task<Baresip> StartOnceAsync(BaresipOptions options)
    {
        var folder = new TempFolder();
        // SIP, SIP over TLS (always the next one up), control, and two pairs for RTP.
        var port = Ports.Take(8);
        await BaresipConfig.WriteAsync(folder, options, port);
        var process = ChildProcess.Start("baresip", ["-4", "-v", "-f", folder.Path]);
        try
        {
            await process.WaitForOutputAsync(text => text.Contains("baresip is ready", StringComparison.Ordinal), Patience, "its start");
            var control = new TcpClient();
            await control.ConnectAsync("127.0.0.1", BaresipConfig.ControlPort(port));
            var phone = new Baresip(process, folder, control, BaresipConfig.Uri(options, port), options);
            if (options.Account is not null)
                await process.WaitForOutputAsync(text => text.Contains("200 OK", StringComparison.Ordinal), Patience, "its registration");
            return phone;
        }
        catch
        {
            await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Calls and waits for the answer; a call that ends instead fails with what baresip says about it.</summary>
    public async Task DialAsync(string uri)
    {
        await CommandAsync("dial", uri);
        var answer = await WaitForAsync(e => e.Type is "CALL_ESTABLISHED" or "CALL_CLOSED", Patience, "an answer");
        Assert.True(answer.Type == "CALL_ESTABLISHED", $"the call to {uri} ended with '{answer.Parameter}'; baresip wrote:\n{Log}");
    }

    /// <summary>Begins a call, whatever becomes of it.</summary>
    public Task StartDialAsync(string uri) => CommandAsync("dial", uri);

    /// <summary>Calls and waits for the refusal; returns what baresip says about it, for instance "486 Busy Here".</summary>
    public async Task<string> DialRefusedAsync(string uri)
    {
        await CommandAsync("dial", uri);
        var answer = await WaitForAsync(e => e.Type is "CALL_ESTABLISHED" or "CALL_CLOSED", Patience, "a refusal");
        Assert.Equal("CALL_CLOSED", answer.Type);
        return answer.Parameter;
    }

    public Task AcceptAsync() => CommandAsync("accept", "");

    public Task HangUpAsync() => CommandAsync("hangup", "");

    /// <summary>Puts the other side on hold: a re-INVITE with sendonly.</summary>
    public Task HoldAsync() => CommandAsync("hold", "");

    /// <summary>Takes the other side off hold.</summary>
    public Task ResumeAsync() => CommandAsync("resume", "");

    /// <summary>Asks the server to connect the other side with somebody else: REFER.</summary>
    public Task TransferAsync(string uri) => CommandAsync("transfer", uri);

    /// <summary>Sends a text to the first of its contacts.</summary>
    public Task MessageAsync(string text) => CommandAsync("message", text);

    /// <summary>Waits until its list of contacts shows a presence: Online, Offline, Busy.</summary>
    public async Task WaitForPresenceAsync(string presence, TimeSpan timeout)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            ForgetEvents();
            await CommandAsync("contacts", "");
            var answer = await WaitForAsync(e => e.Type == Answer, timeout, "its contacts");
            if (answer.Parameter.Contains(presence, StringComparison.Ordinal))
                return;
            Assert.True(clock.Elapsed < timeout, $"no contact was '{presence}' within {timeout.TotalSeconds} s, but: {answer.Parameter}");
            await Task.Delay(250);
        }
    }

    /// <summary>Waits for a text in what it shows on its screen.</summary>
    public Task WaitForScreenAsync(string text, TimeSpan timeout)
        => _process.WaitForOutputAsync(output => output.Contains(text, StringComparison.Ordinal), timeout, $"'{text}'");

    /// <summary>From here on the Wait… methods look at later events only.</summary>
    public void ForgetEvents()
    {
        lock (_gate)
            _seen = _events.Count;
    }

    /// <summary>Sends digits as RFC 4733 events, with a pause after each as a finger makes it.</summary>
    public async Task SendDigitsAsync(string digits, TimeSpan pause)
    {
        foreach (var digit in digits)
        {
            await CommandAsync("sndcode", digit.ToString());
            await Task.Delay(pause);
        }
    }

    public Task<BaresipEvent> WaitForEndAsync(TimeSpan timeout) => WaitForAsync(e => e.Type == "CALL_CLOSED", timeout, "the end of the call");

    public Task<BaresipEvent> WaitForRingingAsync(TimeSpan timeout) => WaitForAsync(e => e.Type == "CALL_RINGING", timeout, "ringing");

    public Task<BaresipEvent> WaitForIncomingAsync(TimeSpan timeout) => WaitForAsync(e => e.Type == "CALL_INCOMING", timeout, "a call");

    public Task<BaresipEvent> WaitForAnswerAsync(TimeSpan timeout) => WaitForAsync(e => e.Type == "CALL_ESTABLISHED", timeout, "the answer");

    /// <summary>Digits heard so far.</summary>
    public string Digits => string.Concat(Events.Where(e => e.Type == "CALL_DTMF_START").Select(e => e.Parameter));

    public async Task WaitForDigitsAsync(string digits, TimeSpan timeout)
        => await WaitForAsync(_ => Digits.Length >= digits.Length, timeout, $"the digits {digits}");

    /// <summary>From now on it hears this tone, for so many seconds in all within <paramref name="within"/>; default half a minute.</summary>
    public async Task AssertHearsAsync(int frequency, TimeSpan? within = null, double atLeast = 0.6)
    {
        var before = RecordingLengths();
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var limit = within ?? Patience;
        while (true)
        {
            await Task.Delay(200);
            var spans = HeardSince(before);
            if (spans.Where(span => Math.Abs(span.Frequency - frequency) <= 10).Sum(span => span.Length) >= atLeast)
                return;
            if (clock.Elapsed > limit)
                Assert.Fail($"baresip did not hear {frequency} Hz for {atLeast} s within {limit.TotalSeconds} s, but: {Tone.Describe(spans)}; it wrote:\n{Log}");
        }
    }

    /// <summary>It comes to hear nothing for so long: no packets, or silent ones.</summary>
    public async Task AssertHearsNothingAsync(TimeSpan length)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        while (true)
        {
            // What was under way when the other side stopped.
            await Task.Delay(TimeSpan.FromSeconds(0.5));
            var before = RecordingLengths();
            await Task.Delay(length);
            var spans = HeardSince(before);
            if (spans.All(span => span.Frequency == 0))
                return;
            Assert.True(clock.Elapsed < Patience, $"after {Patience.TotalSeconds} s baresip still heard {Tone.Describe(spans)}");
        }
    }

    /// <summary>
    /// From now on packets come in, or none do: by the rate baresip shows. Its recorder does not survive a hold of its own, so whom it hears after that cannot be told.
    /// </summary>
    public async Task AssertReceivesAsync(bool receives)
    {
        var before = Log.Length;
        await _process.WaitForOutputAsync(
            output => Rates(output[before..]) is [.. , var rate] && rate > 0 == receives && Rates(output[before..]).Count > 2, Patience, receives ? "packets" : "silence");
    }

    // [0:00:06] audio=64000/64000 (bit/s): sent and received.
    private static List<int> Rates(string output)
        => [.. System.Text.RegularExpressions.Regex.Matches(output, @"audio=\d+/(\d+)").Select(match => int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>What it has heard so far, at 8 kHz, all of its calls one after the other.</summary>
    public float[] HeardSoFar() =>
        [.. RecordingLengths().OrderBy(file => file.Key, StringComparer.Ordinal).SelectMany(file => Wav.ReadGrowing(file.Key, 0, file.Value)?.Channels[0] ?? [])];

    /// <summary>Ends baresip, which completes its files, and reads what it heard.</summary>
    public async Task<Wav> HeardAsync()
    {
        await CommandAsync("quit", "");
        // With a registration it takes leave of its server first.
        await _process.WaitForExitAsync(Patience);
        var file = Directory.GetFiles(_folder.Path, "dump-*-dec.wav").Order().LastOrDefault();
        Assert.True(file is not null, $"baresip heard nothing; it wrote:\n{Log}");
        return Wav.Read(file);
    }

    public async Task<BaresipEvent> WaitForAsync(Func<BaresipEvent, bool> condition, TimeSpan timeout, string what)
    {
        using var limit = new CancellationTokenSource(timeout);
        while (true)
        {
            Task more;
            lock (_gate)
            {
                var found = _events.Skip(_seen).FirstOrDefault(condition);
                if (found is not null)
                    return found;
                more = _more.Task;
            }
            try
            {
                await more.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"baresip waited {timeout.TotalSeconds} s for {what}; events: {string.Join(", ", Events)}; it wrote:\n{Log}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_registers && !_process.HasExited)
            await LeaveAsync();
        _control.Dispose();
        await _process.DisposeAsync();
        await _reading;
        _folder.Dispose();
    }

    // A phone that is killed leaves a registration behind, and the server would ring it in the next test.
    private async Task LeaveAsync()
    {
        await CommandAsync("quit", "");
        for (var tries = 0; tries < 40 && !_process.HasExited; tries++)
            await Task.Delay(100);
    }

    private Dictionary<string, long> RecordingLengths()
        => Directory.GetFiles(_folder.Path, "dump-*-dec.wav").ToDictionary(file => file, file => new FileInfo(file).Length);

    private List<ToneSpan> HeardSince(Dictionary<string, long> before)
    {
        List<ToneSpan> spans = [];
        foreach (var (file, length) in RecordingLengths())
        {
            if (Wav.ReadGrowing(file, before.GetValueOrDefault(file), length) is { } part)
                spans.AddRange(Tone.Spans(part.Channels[0], part.Rate));
        }
        return spans;
    }

    private async Task CommandAsync(string command, string parameter)
    {
        var json = JsonSerializer.Serialize(new { command, @params = parameter, token = "test" });
        await _control.GetStream().WriteAsync(Netstring.Write(json));
    }

    private async Task ReadAsync()
    {
        var buffer = new List<byte>();
        var chunk = new byte[8192];
        try
        {
            int read;
            while ((read = await _control.GetStream().ReadAsync(chunk)) > 0)
            {
                buffer.AddRange(chunk.AsSpan(0, read));
                while (Netstring.TryTake(buffer) is { } text)
                    Add(text);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The control connection ends with baresip or with the test.
        }
    }

    private void Add(string json)
    {
        using var document = JsonDocument.Parse(json);
        var isAnswer = document.RootElement.TryGetProperty("response", out _);
        if (!isAnswer && !document.RootElement.TryGetProperty("event", out _))
            return;
        var type = isAnswer ? Answer : document.RootElement.GetProperty("type").GetString()!;
        var parameter = document.RootElement.TryGetProperty(isAnswer ? "data" : "param", out var value) ? value.ToString() : "";
        TaskCompletionSource more;
        lock (_gate)
        {
            _events.Add(new(type, parameter));
            more = _more;
            _more = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        more.TrySetResult();
    }
}

/// <summary>One event of baresip's control port.</summary>
internal sealed record BaresipEvent(string Type, string Parameter);
