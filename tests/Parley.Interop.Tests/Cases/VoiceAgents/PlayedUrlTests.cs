using System.Net;
using Parley.Client.Voice;
using Parley.Contracts.Voice.Events;
using Parley.Interop.Tests.Harness;
using Parley.TestSupport;

namespace Parley.Interop.Tests.Cases.VoiceAgents;

/// <summary>A program lets a phone hear what another server has, by way of `parley serve`.</summary>
public sealed class PlayedUrlTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_MP3_is_fetched_decoded_and_heard_and_a_page_is_an_error_that_says_what_it_is()
    {
        Assert.SkipUnless(SoundFiles.IsInstalled, SoundFiles.Missing);
        var song = SoundFiles.Tone(SoundFormat.Mp3, 700, seconds: 2, rate: 44_100, channels: 2);
        await using var web = new HttpEar((request, response) =>
        {
            response.ContentType = "audio/mpeg";
            return response.OutputStream.WriteAsync(request.Path == "/song.mp3" ? song : "<html>gone</html>"u8.ToArray()).AsTask();
        });
        await using var program = await AgentProgram.StartAsync(secret: null);
        await using var server = await ServeProcess.StartAsync("--voice-api", program.ApiAddress, "--voice-url-host", IPAddress.Loopback.ToString());
        await using var phone = await Baresip.StartAsync();
        await using var call = await VoiceClient.ConnectAsync(program.Client);
        await call.InviteAsync(new() { Callee = phone.Uri }).WaitAsync(Soon);
        var hearing = phone.AssertHearsAsync(700, Soon);
        Assert.InRange((await call.PlayToEndAsync($"{web.Url}song.mp3").WaitAsync(Soon)).Duration, 1_900, 2_200);
        await hearing;
        var error = call.WaitForAsync<ErrorEvent>();
        await call.PlayAsync($"{web.Url}gone.mp3");
        Assert.Contains("gone.mp3' cannot be played: This is HTML or XML", (await error.WaitAsync(Soon)).Error, StringComparison.Ordinal);
        await call.HangUpAsync();
    }
}
