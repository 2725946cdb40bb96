using System.Net.Sockets;
using System.Text.Json;

namespace Parley.Interop.Tests.Harness;

internal sealed record BaresipOptions
{
    /// <summary>udp, tcp or tls: what it calls with and is called by.</summary>
    public string Transport { get; init; } = "udp";

    /// <summary>What the phone speaks into the call.</summary>
    public int ToneHz { get; init; } = 700;

    /// <summary>auto answers at once; manual waits for <see cref="Baresip.AcceptAsync"/>.</summary>
    public string Answer { get; init; } = "auto";

    /// <summary>PCMU, PCMA or G722; empty offers PCMU, then PCMA.</summary>
    public string Codec { get; init; } = "";
}

/// <summary>
/// Debian's baresip 1.0.0 without a screen or sound card: commands and events by its control port (module ctrl_tcp), a WAV as
/// microphone (aufile), what it hears written to a WAV (sndfile).
/// </summary>
internal sealed class Baresip : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly TempFolder _folder;
    private readonly TcpClient _control;
    private readonly List<BaresipEvent> _events = [];
    private readonly Lock _gate = new();
    private readonly Task _reading;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Baresip(ChildProcess process, TempFolder folder, TcpClient control, string uri)
    {
        (_process, _folder, _control, Uri) = (process, folder, control, uri);
        _reading = ReadAsync();
    }

    /// <summary>Where it can be called.</summary>
    public string Uri { get; }

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
        options ??= new();
        var folder = new TempFolder();
        // SIP, SIP over TLS (always the next one up), control, and two pairs for RTP.
        var port = Ports.Take(8);
        await BaresipConfig.WriteAsync(folder, options, port);
        var process = ChildProcess.Start("baresip", ["-4", "-v", "-f", folder.Path]);
        try
        {
            await process.WaitForOutputAsync(text => text.Contains("baresip is ready", StringComparison.Ordinal), TimeSpan.FromSeconds(15), "its start");
            var control = new TcpClient();
            await control.ConnectAsync("127.0.0.1", BaresipConfig.ControlPort(port));
            return new(process, folder, control, BaresipConfig.Uri(options, port));
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
        var answer = await WaitForAsync(e => e.Type is "CALL_ESTABLISHED" or "CALL_CLOSED", TimeSpan.FromSeconds(15), "an answer");
        Assert.True(answer.Type == "CALL_ESTABLISHED", $"the call to {uri} ended with '{answer.Parameter}'; baresip wrote:\n{Log}");
    }

    /// <summary>Calls and waits for the refusal; returns what baresip says about it, for instance "486 Busy Here".</summary>
    public async Task<string> DialRefusedAsync(string uri)
    {
        await CommandAsync("dial", uri);
        var answer = await WaitForAsync(e => e.Type is "CALL_ESTABLISHED" or "CALL_CLOSED", TimeSpan.FromSeconds(15), "a refusal");
        Assert.Equal("CALL_CLOSED", answer.Type);
        return answer.Parameter;
    }

    public Task AcceptAsync() => CommandAsync("accept", "");

    public Task HangUpAsync() => CommandAsync("hangup", "");

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

    public Task<BaresipEvent> WaitForIncomingAsync(TimeSpan timeout) => WaitForAsync(e => e.Type == "CALL_INCOMING", timeout, "a call");

    public Task<BaresipEvent> WaitForAnswerAsync(TimeSpan timeout) => WaitForAsync(e => e.Type == "CALL_ESTABLISHED", timeout, "the answer");

    /// <summary>Digits heard so far.</summary>
    public string Digits => string.Concat(Events.Where(e => e.Type == "CALL_DTMF_START").Select(e => e.Parameter));

    public async Task WaitForDigitsAsync(string digits, TimeSpan timeout)
        => await WaitForAsync(_ => Digits.Length >= digits.Length, timeout, $"the digits {digits}");

    /// <summary>Ends baresip, which completes its files, and reads what it heard.</summary>
    public async Task<Wav> HeardAsync()
    {
        await CommandAsync("quit", "");
        await _process.WaitForExitAsync(TimeSpan.FromSeconds(10));
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
                var found = _events.FirstOrDefault(condition);
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
        _control.Dispose();
        await _process.DisposeAsync();
        await _reading;
        _folder.Dispose();
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
        if (!document.RootElement.TryGetProperty("event", out _))
            return;
        var type = document.RootElement.GetProperty("type").GetString()!;
        var parameter = document.RootElement.TryGetProperty("param", out var value) ? value.ToString() : "";
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
