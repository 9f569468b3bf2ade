//! `help.*` and `langpack.*`: what clients ask before anybody is logged in.
//!
//! Owns the configuration that names this server for every data centre id. It knows no accounts.

use grammers_tl_types::{enums, functions as f, types};

use super::{Request, render};
use crate::world::World;
use crate::world::moves::HOME_DC;
use crate::world::refusal::Refusal;

/// `help.getConfig`.
pub(super) fn get_config(
    request: &Request<'_>,
    _: f::help::GetConfig,
) -> Result<enums::Config, Refusal> {
    let world = request.world();
    let this_dc = this_dc(&world, request);
    Ok(render::config(request.api.address, this_dc, world.now()))
}

/// `help.getNearestDc`.
pub(super) fn get_nearest_dc(
    request: &Request<'_>,
    _: f::help::GetNearestDc,
) -> Result<enums::NearestDc, Refusal> {
    let this_dc = this_dc(&request.world(), request);
    Ok(types::NearestDc {
        country: "ZZ".to_owned(),
        this_dc,
        nearest_dc: this_dc,
    }
    .into())
}

fn this_dc(world: &World, request: &Request<'_>) -> i32 {
    let key = request.key();
    let caller = world.caller(key);
    caller.map_or(HOME_DC, |caller| world.key_dc(caller, key))
}

/// `help.getAppConfig`: an empty object.
pub(super) fn get_app_config(
    _: &Request<'_>,
    input: f::help::GetAppConfig,
) -> Result<enums::help::AppConfig, Refusal> {
    const HASH: i32 = 1;
    if input.hash == HASH {
        return Ok(enums::help::AppConfig::NotModified);
    }
    Ok(types::help::AppConfig {
        hash: HASH,
        config: types::JsonObject { value: Vec::new() }.into(),
    }
    .into())
}

/// `help.getInviteText`.
pub(super) fn get_invite_text(
    _: &Request<'_>,
    _: f::help::GetInviteText,
) -> Result<enums::help::InviteText, Refusal> {
    Ok(types::help::InviteText {
        message: "Join the local data centre.".to_owned(),
    }
    .into())
}

/// `help.getTermsOfServiceUpdate`: none.
pub(super) fn get_terms_of_service_update(
    request: &Request<'_>,
    _: f::help::GetTermsOfServiceUpdate,
) -> Result<enums::help::TermsOfServiceUpdate, Refusal> {
    let (world, _) = request.authorised()?;
    Ok(types::help::TermsOfServiceUpdateEmpty {
        expires: world.now().saturating_add(86_400),
    }
    .into())
}

fn empty_pack(lang_code: String, from_version: i32) -> enums::LangPackDifference {
    types::LangPackDifference {
        lang_code,
        from_version,
        version: 1,
        strings: Vec::new(),
    }
    .into()
}

/// `langpack.getLangPack`: no strings.
pub(super) fn get_lang_pack(
    _: &Request<'_>,
    input: f::langpack::GetLangPack,
) -> Result<enums::LangPackDifference, Refusal> {
    Ok(empty_pack(input.lang_code, 0))
}

/// `langpack.getDifference`: no strings.
pub(super) fn get_lang_difference(
    _: &Request<'_>,
    input: f::langpack::GetDifference,
) -> Result<enums::LangPackDifference, Refusal> {
    Ok(empty_pack(input.lang_code, input.from_version))
}

/// `langpack.getStrings`: none.
pub(super) fn get_lang_strings(
    _: &Request<'_>,
    _: f::langpack::GetStrings,
) -> Result<Vec<enums::LangPackString>, Refusal> {
    Ok(Vec::new())
}

/// `langpack.getLanguages`: none.
pub(super) fn get_languages(
    _: &Request<'_>,
    _: f::langpack::GetLanguages,
) -> Result<Vec<enums::LangPackLanguage>, Refusal> {
    Ok(Vec::new())
}
