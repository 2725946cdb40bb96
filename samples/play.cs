// Plays a file, the same file as a stream, or one behind a URL; any rate, mono or stereo: WAV, and with libsndfile1 installed MP3, Ogg, Opus, FLAC.
// What cannot be played is one exception, and the call goes on.
// Dial sip:file@HOST, sip:stream@HOST or sip:url@HOST.
// dotnet run samples/play.cs -- [udp://0.0.0.0:5060] [file] [http://…/file]
#:project ../src/Parley/Parley.csproj
#:property PublishAot=false
using Parley;
using Parley.Media.Audio;
using Parley.Media.Files;

var file = args.Length > 1 ? args[1] : "src/Parley.Cli/Prompts/welcome.wav";
var url = args.Length > 2 ? args[2] : "https://example.com/welcome.wav";
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) => { e.Cancel = true; stop.Cancel(); };

await using var phone = await UserAgent.StartAsync(new() { Listen = [args is [] ? "udp://0.0.0.0:5060" : args[0]] });
Console.WriteLine($"Listening on {phone.Listeners[0]}");

await phone.ServeAsync(async (call, ct) =>
{
    await call.AnswerAsync(cancel: ct);
    try
    {
        var result = call.ToUser switch
        {
            "stream" => await call.PlayAsync(File.OpenRead(file), cancel: ct),
            "url" => await call.PlayAsync(url, cancel: ct),
            _ => await call.PlayAsync(file, cancel: ct),
        };
        Console.WriteLine($"{result.End} after {result.Played.TotalSeconds:0.0} s");
    }
    catch (Exception e) when (e is AudioFormatException or IOException)
    {
        Console.WriteLine(e.Message);
        await call.PlayAsync(new ToneSource(200, 8000, TimeSpan.FromSeconds(1)), cancel: ct);
    }
}, stop.Token);
