using System.Globalization;

namespace Parley.Interop.Tests.Harness;

/// <summary>Debian's linphonec 5.1.65, driven by the commands it reads from standard input; its sound card is a pair of files.</summary>
internal sealed class Linphonec : IAsyncDisposable
{
    private static readonly TimeSpan Patience = Eventually.Patience;
    private readonly ChildProcess _process;
    private readonly TempFolder _folder;

    private Linphonec(ChildProcess process, TempFolder folder, int port) => (_process, _folder, Uri) = (process, folder, $"sip:linphone@127.0.0.1:{port}");

    /// <summary>Where it can be called, over UDP and TCP; it answers at once.</summary>
    public string Uri { get; }

    public static async Task<Linphonec> StartAsync(int toneHz)
    {
        var folder = new TempFolder();
        int sip = Ports.Take(), rtp = Ports.Take();
        Wav.WriteTone(folder.File("microphone.wav"), toneHz, TimeSpan.FromSeconds(60));
        Directory.CreateDirectory(folder.File(".local/share/linphone"));
        var template = await File.ReadAllTextAsync(Path.Combine(Repository.Peers, "linphone", "linphonerc"));
        await File.WriteAllTextAsync(folder.File("linphonerc"), template
            .Replace("@SIP@", sip.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@RTP@", rtp.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        // Its home is the folder: it leaves a database and keys there.
        var process = ChildProcess.Start("env", [$"HOME={folder.Path}", "linphonec", "-a", "-c", folder.File("linphonerc")], folder.Path);
        await process.WriteLineAsync("soundcard use files");
        await process.WriteLineAsync("play " + folder.File("microphone.wav"));
        await process.WriteLineAsync("record " + folder.File("heard.wav"));
        await process.WaitForOutputAsync(text => text.Contains("record ", StringComparison.Ordinal), Patience, "its prompt");
        return new(process, folder, sip);
    }

    public async Task DialAsync(string uri)
    {
        await _process.WriteLineAsync("call " + uri);
        await WaitForAsync("Media streams established");
    }

    /// <summary>Sends a digit as RFC 4733 events, which is what linphone does by default.</summary>
    public Task SendDigitAsync(char digit) => _process.WriteLineAsync(digit.ToString());

    public Task HangUpAsync() => _process.WriteLineAsync("terminate");

    public Task WaitForEndAsync() => WaitForAsync(" ended (");

    public Task WaitForMediaAsync() => WaitForAsync("Media streams established");

    public async Task<Wav> HeardAsync()
    {
        await _process.WriteLineAsync("quit");
        await _process.WaitForExitAsync(Patience);
        return Wav.Read(_folder.File("heard.wav"));
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private Task WaitForAsync(string text)
        => _process.WaitForOutputAsync(output => output.Contains(text, StringComparison.Ordinal), Patience, $"'{text}'");
}
