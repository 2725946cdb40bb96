using Parley.Server.Voice;
using Parley.TestSupport;

namespace Parley.Server.Tests.Voice.Sound;

/// <summary>Voice agents play what has to be decoded: files, URLs, in a loop, as ambiance.</summary>
public sealed class DecodedPlayTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("parley-prompts-");

    public void Dispose() => _folder.Delete(true);

    [Fact]
    public Task A_URL_of_an_MP3_is_heard_once_and_in_a_loop() => Unhurried.PassesAsync(async () =>
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        var song = SoundFiles.Tone(SoundFormat.Mp3, 700, seconds: 1.5, rate: 44_100, channels: 2);
        await using var web = new HttpEar((request, response) =>
        {
            response.ContentType = "audio/mpeg";
            return response.OutputStream.WriteAsync(song).AsTask();
        });
        await using var call = await SoundCall.StartAsync(new() { Urls = new(["127.0.0.1"]) });
        await call.SendAsync($$"""{"command":"play","url":"{{web.Url}}song.mp3","playId":"p"}""");
        Assert.InRange((await call.UntilAsync("trackEnd", "playId", "p"))[^1].GetProperty("duration").GetInt32(), 1_450, 1_650);
        await call.Ear.HearsAsync(700, frames: 40);
        var from = call.Ear.Frames;
        await call.SendAsync($$"""{"command":"play","url":"{{web.Url}}song.mp3","playId":"m","background":true,"loop":true}""");
        await call.Ear.HearsAsync(700, from);
        await Support.ApiServer.UntilAsync(() => call.Ear.Count(700, from) > 100, "it is heard for longer than it is");
    });

    [Fact]
    public async Task An_Ogg_is_the_ambiance_and_what_is_none_is_named_without_its_folder()
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        SoundFiles.WriteTone(Path.Combine(_folder.FullName, "office.ogg"), SoundFormat.Opus, 1_500);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "song.flac"), "fLaC and nothing more");
        await using var call = await SoundCall.StartAsync(new() { Prompts = _folder.FullName }, ""","ambiance":{"path":"office.ogg","normalLevel":1}""");
        await Support.ApiServer.UntilAsync(() => call.Ear.Count(1_500) > 60, "it is heard for longer than it is"); // not in a row: encoders put a little silence at the ends
        await call.SendAsync("""{"command":"play","url":"song.flac"}""");
        var error = await call.ErrorAsync();
        Assert.Contains("'song.flac' cannot be played: This is FLAC", error, StringComparison.Ordinal);
        Assert.DoesNotContain(_folder.FullName, error, StringComparison.Ordinal);
    }
}
